"""One pass over one resource: the steps in order. A step that fails does not stop the later ones."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import trio

from stoker.controller import polling
from stoker.controller.outcome import Memory, Pass, tokens_of
from stoker.controller.steps import (
    discovery,
    finalizer,
    github_app,
    metadata,
    paused,
    profiles,
    rbac,
    reports,
    resolve,
    retarget,
    secrets,
    ssh,
    status,
)
from stoker.controller.summary import synced
from stoker.controller.telling import Telling
from stoker.errors import ObjectNotFound, StokerError
from stoker.kube.cluster import GATEWAYSYNCS, Cluster
from stoker.nursery.together import together

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from stoker.api.objects import GatewaySync
    from stoker.controller.exchanges import Exchanges
    from stoker.controller.lookups import Lookups
    from stoker.controller.metrics import ControllerMetrics
    from stoker.controller.outcome import Census, Tokens
    from stoker.kube.events import EventRecorder

Key = tuple[str, str]


class Sight(Protocol):
    """What the watches know beside the resource itself."""

    def census(self, namespace: str, name: str) -> Census | None:
        """The resource's pods, None while they could not be listed."""
        ...

    def latest(self, key: Key) -> tuple[Tokens, int]:
        """The tokens seen last, and the turn at which they were first seen."""
        ...


@dataclass
class Reconciler:
    """What all passes share."""

    cluster: Cluster
    lookups: Lookups
    exchanges: Exchanges
    metrics: ControllerMetrics
    events: EventRecorder
    sight: Sight
    auto_bind: bool
    now: Callable[[], datetime]
    memories: dict[Key, tuple[str, Memory]] = field(default_factory=dict)
    """By resource, with its uid."""
    keys: secrets.Keys = field(default_factory=secrets.Keys)

    def __post_init__(self) -> None:
        self._telling = Telling(self.events)

    async def reconcile(self, key: Key, called: bool = True) -> float | None:
        """One pass, or, unless somebody ``called`` for it, perhaps no more than a look; seconds until the next one is due,
        None when only a change asks for it.

        Raises the store's errors when the resource cannot be read or its finalizer not removed.
        """
        if not called and (quiet := self._look(key)) is not None:
            return quiet.delay
        began = time.perf_counter()
        result = "error"
        try:
            resource = await self._read(key)
            if resource is None:
                return None
            this = self._pass(key, resource)
            await self._steps(this)
            result = _result(this)
            return _next(this, self.now())
        finally:
            if key in self.memories:
                self.metrics.passed(key[1], key[0], result, time.perf_counter() - began)

    def _look(self, key: Key) -> polling.Quiet | None:
        _, memory = self.memories.get(key, ("", None))
        if memory is None or not polling.heard(memory, *self.sight.latest(key)):
            return None
        return polling.look(key, memory, self.lookups, self.metrics)

    async def _read(self, key: Key) -> GatewaySync | None:
        """The resource; None when it is gone, or goes now."""
        try:
            resource = await self.cluster.get(GATEWAYSYNCS, *key)
        except ObjectNotFound:
            self._forget(key)
            return None
        if resource.metadata.deletion_timestamp:
            await finalizer.finalize(resource, self.cluster, bindings=self.auto_bind)
            self._forget(key)
            return None
        return resource

    def _pass(self, key: Key, resource: GatewaySync) -> Pass:
        """With the memory of its uid: a resource created anew under the same name has no past."""
        uid, memory = self.memories.get(key, ("", None))
        if memory is None or uid != resource.metadata.uid:
            self._forget(key)
            memory = Memory()
            self.memories[key] = resource.metadata.uid, memory
        seen, turn = self.sight.latest(key)
        arrival = turn if seen == tokens_of(resource.metadata) else None
        return Pass(resource, memory, self.sight.census(*key), arrival)

    async def _steps(self, this: Pass) -> None:
        await self._try(this, "finalizer", finalizer.ensure(this, self.cluster))
        paused.note(this)
        profiles.validate(this)
        await self._try(this, resolve.CREDENTIALS, secrets.git_credentials(this, self.cluster))
        await self._try(this, resolve.CREDENTIALS, github_app.keep(this, self.cluster, self.exchanges))
        ssh.note(this)
        resolve.resolve(this, self.lookups, self.metrics)
        await self._try(this, "api-key", secrets.api_key(this, self.cluster, self.keys))
        keeping = {"metadata": metadata.publish(this, self.cluster)}
        running = discovery.discover(this)
        keeping["reports"] = reports.collect(this, self.cluster, running)
        if self.auto_bind:
            keeping["rbac"] = rbac.bind(this, self.cluster)
        # Objects of which none waits for another: one after the other, a new resource would wait for each server's answer.
        await together(*(self._try(this, step, doing) for step, doing in keeping.items()))
        wanted = status.compose(this, now=self.now())
        await self._try(this, "status", status.write(this, wanted, self.cluster))
        await self._try(this, "retarget", retarget.settle(this, self.cluster))
        _note_failures(this)
        await self._telling.tell(this, wanted)
        self.metrics.show_pass(this, wanted.conditions, synced(this))
        this.memory.polled = polling.of_pass(this)

    async def _try(self, this: Pass, step: str, doing: Awaitable[None]) -> None:
        try:
            await doing
        except StokerError as error:
            this.failures[step] = error

    def _forget(self, key: Key) -> None:
        self.memories.pop(key, None)
        self.lookups.forget(key)
        self.exchanges.forget(key)
        self.metrics.forget(key[1], key[0])


def _note_failures(this: Pass) -> None:
    """Failed steps are tried again after the resource's backoff; the look-up has its own, for it fails by itself."""
    if not this.failures:
        this.memory.steps.reset()
    for error in this.failures.values():
        this.memory.steps.failed(error, trio.current_time())


def _next(this: Pass, now: datetime) -> float | None:
    renewal = None if this.renewal is None else max(0.0, (this.renewal - now).total_seconds())
    delays = [resolve.next_delay(this), this.memory.steps.left(trio.current_time()), renewal]
    return min((delay for delay in delays if delay is not None), default=None)


def _result(this: Pass) -> str:
    if this.failures or this.resolve_error is not None or this.spec_error is not None:
        return "error"
    return "requeue" if this.pending else "success"
