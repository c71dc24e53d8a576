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
from stoker.nursery.supervisor import supervise

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from structlog.typing import FilteringBoundLogger

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
        self, launch: Launch, *, on_restart: Callable[[str, BaseException, float], None], log: FilteringBoundLogger
    ) -> None:
        self._launch = launch
        self._on_restart = on_restart
        self._log = log
        self._wanted: Mailbox[frozenset[Gateway]] = Mailbox()
        self._lives: dict[Gateway, _Life] = {}

    def want(self, gateways: Sequence[Gateway]) -> None:
        """From now on exactly these should run."""
        self._wanted.put(frozenset(gateways))

    async def run(self, stopping: trio.Event, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Run until ``stopping``, then until every agent has ended. Raises ServiceFailed when one keeps failing."""
        async with trio.open_nursery() as nursery:
            follow = await nursery.start(self._follow, nursery)
            task_status.started()
            await stopping.wait()
            follow.cancel()
            await self._end(list(self._lives))

    async def _follow(self, nursery: trio.Nursery, *, task_status: trio.TaskStatus[trio.CancelScope]) -> None:
        with trio.CancelScope() as scope:
            task_status.started(scope)
            while True:
                wanted = await self._wanted.get()
                await self._end([gateway for gateway in self._lives if gateway not in wanted])
                for gateway in sorted(wanted - self._lives.keys(), key=lambda gateway: gateway.label):
                    self._lives[gateway] = life = _Life()
                    nursery.start_soon(self._live, gateway, life)

    async def _live(self, gateway: Gateway, life: _Life) -> None:
        name = f"agent/{gateway.label}"
        self._log.info(
            "agent_starting", namespace=gateway.namespace, gateway=gateway.gateway_name, data=str(gateway.data)
        )
        service = Named(name, partial(self._launch, gateway, life.stopping))
        try:
            with life.scope:
                await supervise(
                    [service],
                    stopping=life.stopping,
                    on_restart=self._on_restart,
                    on_state=lambda _name, _serving: None,
                )
        finally:
            self._lives.pop(gateway, None)
            life.ended.set()
        self._log.info("agent_ended", namespace=gateway.namespace, gateway=gateway.gateway_name)

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
