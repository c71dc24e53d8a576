"""An agent put together: watch, gateway monitor and sync loop as sibling tasks over one data directory.

It ends when ``stopping`` is set: readiness goes first, then the tasks are cancelled, and a merge that runs is waited for
because its thread is never abandoned.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import trio

from stoker.agent.account import Account
from stoker.agent.cycle import Cycle
from stoker.agent.desk import Desk
from stoker.agent.gate import Gate
from stoker.agent.gateway import Monitor
from stoker.agent.guard import Guard
from stoker.agent.loop import Loop
from stoker.agent.profile import PROTECTION
from stoker.agent.publish import Publisher
from stoker.agent.scan import Scanner
from stoker.agent.setup import AgentOutcome, AgentProbes, AgentSetup
from stoker.agent.trigger import Trigger
from stoker.agent.watch import Wanted
from stoker.api.times import utcnow
from stoker.ignition.client import GatewayClient
from stoker.kube.events import EventRecorder
from stoker.sync.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from stoker.agent.metrics import AgentMetrics
    from stoker.git.fetch import StorePool
    from stoker.kube.cluster import Cluster

PATIENCE = 10.0
CLOSE_SECONDS = 15.0

__all__ = ["AgentOutcome", "AgentProbes", "AgentSetup", "run_agent"]


class _Agent:
    """The parts of one agent."""

    def __init__(
        self,
        setup: AgentSetup,
        client: GatewayClient,
        *,
        cluster: Cluster,
        stores: StorePool,
        metrics: AgentMetrics,
        gate: Gate,
        now: Callable[[], datetime],
    ) -> None:
        name = setup.gateway_name
        self.gate = gate
        self.trigger = Trigger()
        self.wanted = Wanted(setup, cluster, self.trigger)
        self.monitor = Monitor(client, self.trigger, metrics, gateway=name)
        self.desk = Desk(Engine(setup.data, protection=PROTECTION, now=now), gate, gateway=name)
        self.publisher = Publisher(setup, cluster)
        scanner = Scanner(client, self.monitor, metrics, gateway=name)
        cycle = Cycle(
            setup,
            self.desk,
            cluster=cluster,
            stores=stores,
            monitor=self.monitor,
            guard=Guard(client, metrics, gateway=name),
            scanner=scanner,
            metrics=metrics,
        )
        events = EventRecorder(cluster, "stoker-agent", now=now)
        account = Account(setup, self.publisher, cluster=cluster, events=events, metrics=metrics, now=now)
        self.loop = Loop(
            setup,
            wanted=self.wanted,
            trigger=self.trigger,
            desk=self.desk,
            cycle=cycle,
            account=account,
            publisher=self.publisher,
            monitor=self.monitor,
            scanner=scanner,
            gate=gate,
            metrics=metrics,
        )

    async def once(self) -> AgentOutcome:
        """One sync; whether the gateway is synced by it."""
        await self.wanted.read()
        await self.monitor.look()
        await self.loop.turn({"start"})
        report = self.publisher.last
        return AgentOutcome(report.sync_status == "Synced", report.error_message)

    async def serve(self, stopping: trio.Event, *, task_status: trio.TaskStatus[None]) -> None:
        """All tasks until ``stopping``."""
        self.trigger.fire("start")
        async with trio.open_nursery() as nursery:
            await nursery.start(self.wanted.run)
            await nursery.start(self.monitor.run)
            await nursery.start(self.loop.run)
            nursery.start_soon(self._patience)
            task_status.started()
            await stopping.wait()
            self.gate.stop()
            nursery.cancel_scope.cancel()

    async def _patience(self) -> None:
        """A plant must restart while git is down: the gate opens after ten seconds where a gateway has lived."""
        await trio.sleep(PATIENCE)
        if await self.desk.has_gateway():
            self.gate.open()


async def run_agent(
    setup: AgentSetup,
    *,
    cluster: Cluster,
    stores: StorePool,
    metrics: AgentMetrics,
    stopping: trio.Event,
    once: bool = False,
    now: Callable[[], datetime] = utcnow,
    probes: AgentProbes | None = None,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> AgentOutcome | None:
    """Serve one gateway until ``stopping``; with ``once`` sync once, and say how it went."""
    gate = probes if probes is not None else Gate()
    async with GatewayClient(setup.gateway_url, api_key=setup.api_key, verify=setup.verify_tls) as client:
        agent = _Agent(setup, client, cluster=cluster, stores=stores, metrics=metrics, gate=gate, now=now)
        try:
            await agent.publisher.load()
            if once:
                task_status.started()
                return await agent.once()
            await partial(agent.serve, stopping, task_status=task_status)()
        finally:
            with trio.move_on_after(CLOSE_SECONDS, shield=True):
                await agent.desk.close()
    return None
