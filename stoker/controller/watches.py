"""What is watched, and which resource a change wakes: resources, their pods, the objects they own.

GatewaySyncs are watched everywhere or in the named namespaces, and filtered here, on the client: the controller's own status
writes must not wake it. Pods are watched only in namespaces that hold a GatewaySync. A
namespace whose pods cannot be listed is told apart from one without pods, and holds up no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import trio

from stoker.api import names, pods
from stoker.controller.belongings import MAPS, Belongings
from stoker.controller.outcome import Census, Tokens, tokens_of
from stoker.controller.pictures import Picture
from stoker.kube.cluster import GATEWAYSYNCS, PODS, ROLEBINDINGS, SECRETS
from stoker.kube.informer import Informer
from stoker.kube.versions import went_back
from stoker.values import Mutable, field

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from stoker.api.objects import GatewaySync, Pod, Secret
    from stoker.controller.lookups import Turns
    from stoker.kube.cluster import Cluster

Key = tuple[str, str]
PUSHED = frozenset({names.PUSHED_AT, names.REQUESTED_BY})
"""What the receiver writes for a push."""
PATIENCE = 10.0
"""Seconds that a namespace's first pass waits for the list of its pods; later ones go on without knowing them."""


class Wake(Protocol):
    """Puts a resource into the queue; ``wish``: its own spec or annotations changed."""

    def __call__(self, key: Key, *, wish: bool) -> None:
        """Must not block."""
        ...


class _Space(Mutable):
    """A namespace that holds a resource. ``open``: passes may begin."""

    pods: Informer[Pod]
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    listed: trio.Event = field(default_factory=trio.Event)
    open: bool = False


class Watches:
    """Owns the informers. ``pushed`` is told of a resource that only asks for a fresh look-up. ``namespaces``: only those
    (empty: all); ``bindings``: RoleBindings are kept, so watched too; ``secrets``: those too, which in a cluster may not be.
    """

    def __init__(
        self,
        cluster: Cluster,
        *,
        turns: Turns,
        wake: Wake,
        pushed: Callable[[Key], None],
        namespaces: tuple[str, ...] = (),
        bindings: bool = True,
        secrets: bool = False,
    ) -> None:
        self._cluster = cluster
        self._turns = turns
        self._wake = wake
        self._pushed = pushed
        self._resources: list[Informer[GatewaySync]] = [
            Informer(
                cluster,
                GATEWAYSYNCS,
                namespace,
                on_change=self._resource_changed,
                on_relisted=self._resources_relisted,
            )
            for namespace in namespaces or ("",)
        ]
        self._secrets: Informer[Secret] | None = (
            Informer(cluster, SECRETS, on_change=self._secret_changed) if secrets else None
        )
        self._namespaces = namespaces or ("",)
        self.pictures: dict[str, Picture[Any]] = {
            kind.plural: Picture(kind.trim) for kind in (GATEWAYSYNCS, MAPS, ROLEBINDINGS)
        }
        self._belongings = Belongings(
            cluster, self.pictures, self._belonging_changed, namespaces=namespaces, bindings=bindings
        )
        self._present: dict[str, set[str]] = {}
        self._spaces: dict[str, _Space] = {}
        self._arrivals: dict[Key, tuple[Tokens, int]] = {}
        self._nursery: trio.Nursery | None = None

    def census(self, namespace: str, name: str) -> Census | None:
        """The pods that are the resource's, in any phase; None while they could not be listed."""
        space = self._spaces.get(namespace)
        if space is None or not space.listed.is_set():
            return None
        everyone = space.pods.items()
        mine = tuple(pod for pod in everyone if self._resource_of(pod) == name)
        return Census(mine, frozenset(pod.metadata.name for pod in everyone))

    def latest(self, key: Key) -> tuple[Tokens, int]:
        """The tokens seen last, and the turn at which they were first seen."""
        return self._arrivals.get(key, (Tokens(), 0))

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Runs until cancelled; started when the resources have been listed."""
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            nursery.start_soon(self._belongings.run)
            if self._secrets is not None:
                nursery.start_soon(self._secrets.run)
            async with trio.open_nursery() as lists:
                for resources in self._resources:
                    lists.start_soon(nursery.start, resources.run)
            self.pictures[GATEWAYSYNCS.plural].complete.update(self._namespaces)
            task_status.started()

    # --- a namespace's pods and owned objects -------------------------------------------------------------------

    async def _watch(self, namespace: str, space: _Space) -> None:
        with space.scope:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._list_pods, nursery, namespace, space)
                with trio.move_on_after(PATIENCE):
                    await space.listed.wait()
                    await self._belongings.listed.wait()
                space.open = True
                self._wake_all(namespace)

    async def _list_pods(self, nursery: trio.Nursery, namespace: str, space: _Space) -> None:
        await nursery.start(space.pods.run)
        space.listed.set()
        if space.open:
            self._wake_all(namespace)

    def _wake_all(self, namespace: str) -> None:
        for name in sorted(self._present.get(namespace, ())):
            self._wake((namespace, name), wish=False)

    # --- callbacks -----------------------------------------------------------------------------------------------

    def _resource_changed(self, old: GatewaySync | None, new: GatewaySync | None) -> None:
        present = new or old
        if present is None:
            return
        news, before = self.pictures[GATEWAYSYNCS.plural].told(old, new)
        key = present.metadata.namespace, present.metadata.name
        if new is None:
            self._departed(key)
            return
        tokens = tokens_of(new.metadata)
        if old is None or tokens_of(old.metadata) != tokens:
            self._arrivals[key] = tokens, self._turns.next()
        if old is None:
            self._arrived(key)
        elif key[0] not in self._spaces or not self._spaces[key[0]].open:
            pass  # the first pass is still to come
        elif went_back(old, new) or (news and self._lacks_our_status(before, new)):
            self._wake(key, wish=not _same_wish(old, new))
        elif not _same_wish(old, new, but=PUSHED):
            self._wake(key, wish=True)
        elif not _same_wish(old, new):
            self._pushed(key)

    def _lacks_our_status(self, before: GatewaySync | None, new: GatewaySync) -> bool:
        """Whether a list shows another status than we wrote, which was undone then; news of a watch may just be ahead of an
        answer to us.
        """
        relisting = any(resources.relisting for resources in self._resources)
        return relisting and before is not None and before.status != new.status

    def _resources_relisted(self, resources: Informer[GatewaySync], asked_at: float) -> None:
        """What we wrote before may be undone though no resource has changed since: nobody else would write it again."""
        for undone in self.pictures[GATEWAYSYNCS.plural].relisted(resources, asked_at):
            self._wake((undone.metadata.namespace, undone.metadata.name), wish=False)

    def _arrived(self, key: Key) -> None:
        namespace, name = key
        present = self._present.setdefault(namespace, set())
        present.add(name)
        space = self._spaces.get(namespace)
        if space is not None and space.open:
            if len(present) == 2:
                self._wake_all(namespace)  # pods that name no resource are the other's no more
            else:
                self._wake(key, wish=False)
        elif space is None and self._nursery is not None:
            space = _Space(Informer(self._cluster, PODS, namespace, on_change=self._pod_changed))
            self._spaces[namespace] = space
            self._nursery.start_soon(self._watch, namespace, space)

    def _departed(self, key: Key) -> None:
        namespace, name = key
        self._arrivals.pop(key, None)
        left = self._present.get(namespace, set())
        left.discard(name)
        self._wake(key, wish=True)
        if len(left) == 1:
            self._wake_all(namespace)  # pods that name no resource are its own now
        if not left:
            self._present.pop(namespace, None)
            space = self._spaces.pop(namespace, None)
            if space is not None:
                space.scope.cancel()

    def _pod_changed(self, old: Pod | None, new: Pod | None) -> None:
        if old is not None and new is not None and _same_pod(old, new):
            return
        for pod in (old, new):
            name = self._resource_of(pod) if pod is not None else None
            if pod is not None and name:
                self._wake((pod.metadata.namespace, name), wish=False)

    def _secret_changed(self, old: Secret | None, new: Secret | None) -> None:
        """Whichever it is: whoever waits for it looks again, and for all others a pass changes nothing."""
        present = new or old
        if present is not None and (old is None or new is None or old.data != new.data):
            space = self._spaces.get(present.metadata.namespace)
            if space is not None and space.open:
                self._wake_all(present.metadata.namespace)

    def _belonging_changed(self, key: Key) -> None:
        """Of a resource that is there; before its pods are known the first pass is still to come."""
        space = self._spaces.get(key[0])
        if space is not None and space.open:
            self._wake(key, wish=False)

    def _resource_of(self, pod: Pod) -> str | None:
        return pods.named_resource(pod, self._present.get(pod.metadata.namespace, set()))


def _same_wish(old: GatewaySync, new: GatewaySync, *, but: Container[str] = ()) -> bool:
    """Nothing that a person or the receiver asks for differs, ``but`` these annotations, nor was our finalizer taken away;
    status is not asked for.
    """
    a, b = old.metadata, new.metadata
    if names.FINALIZER in a.finalizers and names.FINALIZER not in b.finalizers:
        return False
    if (a.uid, a.generation, a.deletion_timestamp) != (b.uid, b.generation, b.deletion_timestamp):
        return False
    differ = {key for key, _ in a.annotations.items() ^ b.annotations.items()}
    return all(key in but for key in differ)


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
