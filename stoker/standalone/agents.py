"""Keeps one agent running for each gateway of the manifests, as the kubelet does for pods.

Owns: when an agent starts and ends. A gateway whose description changed gets a new agent once the old one has ended,
because two must never hold one data directory. It knows nothing of what an agent does.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

import trio

from stoker.nursery.mailbox import Mailbox
from stoker.nursery.service import Named
from stoker.nursery.supervisor import GAVE_UP, supervise

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from structlog.typing import FilteringBoundLogger

    from stoker.errors import StokerError
    from stoker.nursery.supervisor import Crash
    from stoker.observe.probes import Readiness
    from stoker.standalone.gateways import Gateway

# A running merge may take 15 s to end; an agent that takes longer than this is cancelled.
STOP_SECONDS = 20.0


class Launch(Protocol):
    """Runs one agent until ``stopping``; composed where the rooms meet."""

    async def __call__(self, gateway: Gateway, stopping: trio.Event, *, task_status: trio.TaskStatus[None]) -> None: ...


class _Life:
    """One agent's life: asked to end by ``stopping``, over when ``ended``."""

    def __init__(self) -> None:
        self.stopping = trio.Event()
        self.ended = trio.Event()
        self.scope = trio.CancelScope()


class Agents:
    """The agents of this process. ``want`` is a plain function and may be called from a callback."""

    def __init__(
        self,
        launch: Launch,
        *,
        on_crash: Callable[[Crash], None],
        readiness: Readiness,
        log: FilteringBoundLogger,
    ) -> None:
        self._launch = launch
        self._on_crash = on_crash
        self._readiness = readiness
        self._log = log
        self._wanted: Mailbox[frozenset[Gateway]] = Mailbox()
        self._latest: frozenset[Gateway] = frozenset()
        self._lives: dict[Gateway, _Life] = {}
        self._fatal: list[StokerError] = []

    def want(self, gateways: Sequence[Gateway]) -> None:
        """From now on exactly these should run."""
        self._latest = frozenset(gateways)
        self._wanted.put(self._latest)

    async def run(self, stopping: trio.Event, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Run until ``stopping``, then until every agent has ended.

        An agent that keeps failing sets ``stopping`` itself; once the others have ended its ServiceFailed is raised.
        """
        self._fatal.clear()
        self._wanted.put(self._latest)  # a restarted run wants what the one before it wanted
        async with trio.open_nursery() as nursery:
            follow = await nursery.start(self._follow, nursery, stopping)
            task_status.started()
            await stopping.wait()
            follow.cancel()
            await self._end(list(self._lives))
        if self._fatal:
            raise self._fatal[0]

    async def _follow(
        self, nursery: trio.Nursery, stopping: trio.Event, *, task_status: trio.TaskStatus[trio.CancelScope]
    ) -> None:
        with trio.CancelScope() as scope:
            task_status.started(scope)
            while True:
                wanted = await self._wanted.get()
                await self._end([gateway for gateway in self._lives if gateway not in wanted])
                for gateway in sorted(wanted - self._lives.keys(), key=lambda gateway: gateway.label):
                    self._lives[gateway] = life = _Life()
                    nursery.start_soon(self._live, gateway, life, stopping)

    async def _live(self, gateway: Gateway, life: _Life, stopping: trio.Event) -> None:
        name = gateway.service
        self._log.info(
            "agent_starting", namespace=gateway.namespace, gateway=gateway.gateway_name, data=str(gateway.data)
        )
        service = Named(name, partial(self._launch, gateway, life.stopping))
        try:
            with life.scope:
                await supervise([service], stopping=life.stopping, on_crash=self._on_crash, on_state=self._state)
        except GAVE_UP as error:
            self._fatal.append(error)
            stopping.set()
        finally:
            self._readiness.forget(name)
            self._lives.pop(gateway, None)
            life.ended.set()
        self._log.info("agent_ended", namespace=gateway.namespace, gateway=gateway.gateway_name)

    def _state(self, name: str, serving: bool) -> None:
        self._readiness.set(name, serving, "restarting")

    async def _end(self, gateways: Sequence[Gateway]) -> None:
        lives = [self._lives[gateway] for gateway in gateways]
        for life in lives:
            life.stopping.set()
        with trio.move_on_after(STOP_SECONDS):
            for life in lives:
                await life.ended.wait()
        for life in lives:
            life.scope.cancel()
            await life.ended.wait()
