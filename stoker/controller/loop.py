"""What makes a resource be looked at again: its own changes, its pods', its maps', and time.

The GatewaySync watch is filtered here, on the client: the controller's own status writes must not wake it. Pods and
ConfigMaps are watched only in namespaces that hold a GatewaySync.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import trio

from stoker.api import names
from stoker.controller.steps.resolve import FAILURES
from stoker.errors import StokerError
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS, PODS
from stoker.kube.informer import Informer
from stoker.nursery.keyed import KeyedQueue
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from stoker.api.objects import ConfigMap, GatewaySync, Pod
    from stoker.kube.cluster import Cluster

Key = tuple[str, str]


class Loop:
    """Owns the queue, the informers and what they remember."""

    def __init__(self, cluster: Cluster, *, namespaces: tuple[str, ...] = ()) -> None:
        self.queue: KeyedQueue[Key] = KeyedQueue()
        self._cluster = cluster
        self._namespaces = namespaces
        self._watched: dict[str, tuple[trio.CancelScope, Informer[Pod]]] = {}
        self._resources: Informer[GatewaySync] = Informer(cluster, GATEWAYSYNCS, on_change=self._resource_changed)
        self._arrivals_send, self._arrivals = trio.open_memory_channel[str](float("inf"))
        self._failures: dict[Key, int] = {}
        self._log = get_logger("controller")

    def pods_of(self, namespace: str, name: str) -> list[Pod]:
        """The pods that name the resource, in any phase."""
        watched = self._watched.get(namespace)
        if watched is None:
            return []
        return [pod for pod in watched[1].items() if pod.metadata.annotations.get(names.CR_NAME) == name]

    async def run(
        self,
        reconcile: Callable[[Key], Awaitable[float | None]],
        *,
        workers: int,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Runs until cancelled; started when the first lists are in and the workers turn."""
        async with trio.open_nursery() as nursery:
            await nursery.start(self._resources.run)
            await self._watch_arrivals(nursery)
            nursery.start_soon(self._follow_arrivals, nursery)
            await nursery.start(partial(self.queue.run, partial(self._handle, reconcile), workers=workers))
            task_status.started()

    async def _handle(self, reconcile: Callable[[Key], Awaitable[float | None]], key: Key) -> None:
        try:
            delay = await reconcile(key)
        except StokerError as error:
            failures = self._failures[key] = self._failures.get(key, 0) + 1
            delay = error.retry_after or min(FAILURES.delay(failures), 2.0**failures)
            self._log.warning(
                "reconcile_failed",
                namespace=key[0],
                name=key[1],
                error=str(error),
                reason=error.reason,
                retry_in_s=delay,
            )
        else:
            self._failures.pop(key, None)
        if delay is not None:
            self.queue.add_after(key, delay)

    # --- arrivals: one watch of pods and maps for each namespace that holds a resource -------------------------------

    async def _watch_arrivals(self, nursery: trio.Nursery) -> None:
        """Watches the namespaces known now, before any worker could miss their pods."""
        while True:
            try:
                namespace = self._arrivals.receive_nowait()
            except trio.WouldBlock:
                return
            await self._watch_namespace(nursery, namespace)

    async def _follow_arrivals(self, nursery: trio.Nursery) -> None:
        async for namespace in self._arrivals:
            await self._watch_namespace(nursery, namespace)

    async def _watch_namespace(self, nursery: trio.Nursery, namespace: str) -> None:
        holds = any(resource.metadata.namespace == namespace for resource in self._resources.items())
        if holds and namespace not in self._watched:
            scope = trio.CancelScope()
            pods: Informer[Pod] = Informer(self._cluster, PODS, namespace, on_change=self._pod_changed)
            self._watched[namespace] = (scope, pods)
            await nursery.start(self._watch_both, namespace, scope, pods)
            for resource in self._resources.items():
                if resource.metadata.namespace == namespace:
                    self.queue.add((namespace, resource.metadata.name))
        elif not holds and namespace in self._watched:
            self._watched.pop(namespace)[0].cancel()

    async def _watch_both(
        self, namespace: str, scope: trio.CancelScope, pods: Informer[Pod], *, task_status: trio.TaskStatus[None]
    ) -> None:
        labels = {names.MANAGED_BY_LABEL: names.MANAGED_BY}
        maps: Informer[ConfigMap] = Informer(
            self._cluster, CONFIGMAPS, namespace, labels=labels, on_change=self._owned_changed
        )
        with scope:
            async with trio.open_nursery() as nursery:
                await nursery.start(pods.run)
                await nursery.start(maps.run)
                task_status.started()

    # --- callbacks -----------------------------------------------------------------------------------------------

    def _resource_changed(self, old: GatewaySync | None, new: GatewaySync | None) -> None:
        present = new or old
        if present is None or (self._namespaces and present.metadata.namespace not in self._namespaces):
            return
        namespace = present.metadata.namespace
        if old is None or new is None:
            self._arrivals_send.send_nowait(namespace)
        if old is not None and new is not None and _same_wish(old, new):
            return
        if namespace in self._watched:
            self.queue.add((namespace, present.metadata.name))

    def _pod_changed(self, old: Pod | None, new: Pod | None) -> None:
        for pod in (old, new):
            name = pod.metadata.annotations.get(names.CR_NAME) if pod is not None else None
            if pod is not None and name and not (old is not None and new is not None and _same_pod(old, new)):
                self.queue.add((pod.metadata.namespace, name))

    def _owned_changed(self, old: ConfigMap | None, new: ConfigMap | None) -> None:
        present: Any = new or old
        name = present.metadata.labels.get(names.CR_NAME)
        if name and (old is None or new is None or old.data != new.data):
            self.queue.add((present.metadata.namespace, name))


def _same_wish(old: GatewaySync, new: GatewaySync) -> bool:
    """Nothing that a person or the receiver asks for differs; status is not asked for."""
    a, b = old.metadata, new.metadata
    return (a.uid, a.generation, a.annotations, a.deletion_timestamp) == (
        b.uid,
        b.generation,
        b.annotations,
        b.deletion_timestamp,
    )


def _same_pod(old: Pod, new: Pod) -> bool:
    a, b = old.metadata, new.metadata
    return (a.uid, a.annotations, a.labels, a.deletion_timestamp, old.status, old.spec) == (
        b.uid,
        b.annotations,
        b.labels,
        b.deletion_timestamp,
        new.status,
        new.spec,
    )
