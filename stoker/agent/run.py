"""An agent's life: watch, gateway monitor, sync loop and publisher as sibling tasks over one data directory.

All begin at once, and none waits for another: an API server that is down must neither keep a journal from being settled
nor the start gate shut. The end comes by ``stopping``: readiness goes first, then the tasks are cancelled, a merge that
runs is waited for, and what is still to be reported gets a moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import trio

from stoker.agent.blocking import InThread
from stoker.agent.health import Health
from stoker.agent.parts import Parts
from stoker.agent.setup import AgentOutcome, AgentSetup
from stoker.api.times import utcnow
from stoker.ignition.client import GatewayClient

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from stoker.agent.blocking import Blocking
    from stoker.agent.metrics import AgentMetrics
    from stoker.git.fetch import StorePool
    from stoker.kube.cluster import Cluster

LAST_WORDS: Final = 3.0

__all__ = ["AgentOutcome", "AgentSetup", "run_agent"]


def over_http(setup: AgentSetup) -> GatewayClient:
    """The gateway at its address."""
    return GatewayClient(setup.gateway_url, api_key=setup.api_key, verify=setup.verify_tls)


async def run_agent(
    setup: AgentSetup,
    *,
    cluster: Cluster,
    stores: StorePool,
    metrics: AgentMetrics,
    stopping: trio.Event,
    once: bool = False,
    now: Callable[[], datetime] = utcnow,
    health: Health | None = None,
    blocking: Blocking | None = None,
    connect: Callable[[AgentSetup], GatewayClient] = over_http,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> AgentOutcome | None:
    """Serve one gateway until ``stopping``; with ``once`` sync once, and say how it went."""
    health = health if health is not None else Health()
    async with connect(setup) as client:
        parts = Parts(
            setup,
            client,
            cluster=cluster,
            stores=stores,
            metrics=metrics,
            gate=health.gate,
            blocking=blocking if blocking is not None else InThread(),
            now=now,
        )
        health.follow(lambda: parts.loop.turning_since)
        try:
            if once:
                task_status.started()
                return await _once(parts)
            await _serve(parts, health, stopping, task_status)
        finally:
            parts.desk.close()
            with trio.move_on_after(LAST_WORDS, shield=True):
                await parts.publisher.flush(at_once=True)
    return None


async def _once(parts: Parts) -> AgentOutcome:
    """One sync, waiting for Designer sessions as long as the policy does; whether the gateway is synced by it."""
    await parts.wanted.read()
    await parts.monitor.look()
    outcome = await parts.loop.turn({"start"})
    while outcome is not None and outcome.held_up is not None:
        await trio.sleep(outcome.held_up.seconds)
        outcome = await parts.loop.turn(set())
    report = parts.publisher.last
    why = report.error_message or parts.wanted.missing()
    return AgentOutcome(outcome is not None and report.sync_status == "Synced", why)


async def _serve(parts: Parts, health: Health, stopping: trio.Event, task_status: trio.TaskStatus[None]) -> None:
    """All tasks until ``stopping``."""
    parts.trigger.fire("start")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(parts.wanted.run)
        await nursery.start(parts.monitor.run)
        await nursery.start(parts.publisher.run)
        await nursery.start(parts.aftermath.run)
        await nursery.start(parts.loop.run)
        nursery.start_soon(parts.loop.mind_the_gate)
        task_status.started()
        await stopping.wait()
        health.gate.stop()
        nursery.cancel_scope.cancel()
