"""One pass over one resource: the steps in order. A step that fails does not stop the later ones."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stoker.api.times import parse_rfc3339
from stoker.controller.outcome import Memory, Pass
from stoker.controller.steps import discovery, finalizer, metadata, profiles, rbac, resolve, retarget, secrets, status
from stoker.controller.summary import synced
from stoker.errors import ObjectNotFound, StokerError
from stoker.kube.cluster import GATEWAYSYNCS, Cluster
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from stoker.api.objects import GatewaySync, Pod
    from stoker.api.status import Status
    from stoker.controller.lookups import Lookups
    from stoker.controller.metrics import ControllerMetrics
    from stoker.kube.events import EventRecorder

Key = tuple[str, str]


@dataclass
class Reconciler:
    """What all passes share. ``pods_of(namespace, name)``: the pods that name a resource, in any phase."""

    cluster: Cluster
    lookups: Lookups
    metrics: ControllerMetrics
    events: EventRecorder
    pods_of: Callable[[str, str], list[Pod]]
    auto_bind: bool
    now: Callable[[], datetime]
    memories: dict[tuple[Key, str], Memory] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._log = get_logger("controller")

    async def reconcile(self, key: Key) -> float | None:
        """One pass; seconds until the next one is due, None when only a change asks for it."""
        namespace, name = key
        began = time.perf_counter()
        try:
            resource = await self.cluster.get(GATEWAYSYNCS, namespace, name)
        except ObjectNotFound:
            self._forget(key)
            return None
        if resource.metadata.deletion_timestamp:
            await finalizer.finalize(resource, self.cluster)
            self._forget(key)
            return None
        resource = await finalizer.ensure(resource, self.cluster)
        this = Pass(resource, self._memory(key, resource), self.pods_of(namespace, name))
        delay = await self._steps(this)
        self._count(this, time.perf_counter() - began)
        return delay

    async def _steps(self, this: Pass) -> float | None:
        profiles.validate(this)
        await self._step(this, secrets.git_credentials(this, self.cluster))
        resolve.resolve(this, self.lookups, self.metrics)
        await self._step(this, secrets.api_key(this, self.cluster))
        await self._step(this, metadata.publish(this, self.cluster))
        await self._discover(this)
        if self.auto_bind:
            await self._step(this, rbac.bind(this, self.cluster))
        delay = resolve.next_delay(this)
        wanted = status.compose(this, now=self.now(), retry_in=delay)
        self._say(this, wanted)
        await status.tell(this, wanted, self.events)
        await status.write(this, wanted, self.cluster)
        await self._step(this, retarget.settle(this, self.cluster))
        self._show(this, wanted)
        return delay

    async def _step(self, this: Pass, step: Awaitable[None]) -> None:
        try:
            await step
        except StokerError as error:
            this.problems.append(error)

    async def _discover(self, this: Pass) -> None:
        try:
            await discovery.discover(this, self.cluster)
        except StokerError as error:
            this.gateways_known = False
            this.gateways = list(this.resource.status.discovered_gateways)
            this.problems.append(error)

    def _memory(self, key: Key, resource: GatewaySync) -> Memory:
        """By uid: a resource created anew under the same name has no past."""
        identity = (key, resource.metadata.uid)
        if identity not in self.memories:
            self._forget(key)
            self.memories[identity] = Memory()
        return self.memories[identity]

    def _forget(self, key: Key) -> None:
        self.memories = {identity: memory for identity, memory in self.memories.items() if identity[0] != key}
        self.lookups.forget(key)
        self.metrics.forget(key[1], key[0])

    def _say(self, this: Pass, wanted: Status) -> None:
        """Log lines for transitions only: steady passes are silent."""
        namespace, name = this.key
        log = self._log.bind(namespace=namespace, name=name)
        before = this.resource.status
        if wanted.last_sync_commit != before.last_sync_commit:
            log.info(
                "ref_resolved", ref=this.ref, commit=wanted.last_sync_commit, before=before.last_sync_commit or None
            )
        if wanted.last_handled_requested_at != before.last_handled_requested_at:
            log.info("request_handled", requested_at=wanted.last_handled_requested_at, commit=wanted.last_sync_commit)
        old = {condition.type: (condition.status, condition.reason) for condition in before.conditions}
        for condition in wanted.conditions:
            if old.get(condition.type) != (condition.status, condition.reason):
                level = log.info if condition.status == "True" or condition.type == "RefSkew" else log.warning
                level(
                    "condition_changed",
                    type=condition.type,
                    status=condition.status,
                    reason=condition.reason,
                    message=condition.message,
                )

    def _show(self, this: Pass, wanted: Status) -> None:
        namespace, name = this.key
        self.metrics.show(
            name,
            namespace,
            conditions=wanted.conditions,
            gateways=[(gateway, _unix(gateway.last_sync_time)) for gateway in this.gateways],
            synced=synced(this),
            paused=this.paused,
            spec=this.spec,
        )

    def _count(self, this: Pass, seconds: float) -> None:
        namespace, name = this.key
        failed = bool(this.problems) or this.resolve_error is not None or this.spec_error is not None
        result = "error" if failed else "requeue" if this.pending else "success"
        self.metrics.reconcile_total.labels(name, namespace, result).inc()
        self.metrics.reconcile_duration.labels(name, namespace).observe(seconds)


def _unix(moment: str) -> float:
    try:
        return parse_rfc3339(moment).timestamp()
    except ValueError:
        return 0.0
