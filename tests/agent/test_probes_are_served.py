"""/startupz, /readyz, /healthz and /metrics over real sockets, and that they outlive the sync they report on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import httpx
import pytest
import trio
from prometheus_client import CollectorRegistry

from stoker.agent.health import FETCH_HANGS_AFTER, TURN_AT_MOST, Health, hangs
from stoker.agent.metrics import AgentMetrics
from stoker.agent.probes import Addresses, serve_probes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from trio.testing import MockClock


class Served:
    """An agent's health over HTTP. ``since``: when its present turn began; ``stuck``: when its git thread hung up."""

    def __init__(self) -> None:
        self.since: float | None = None
        self.stuck: float | None = None
        self.urls: dict[str, str] = {}
        self.registry = CollectorRegistry()
        self.health = Health(hangs(lambda: self.stuck))
        self.health.follow(lambda: self.since)

    async def get(self, path: str) -> httpx.Response:
        """One request."""
        server = self.urls["metrics" if path == "/metrics" else "probes"]
        async with httpx.AsyncClient() as client:
            return await client.get(server + path)


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """On ports that are free."""
    made, stopping = Served(), trio.Event()
    AgentMetrics(made.registry)
    async with trio.open_nursery() as nursery:
        await nursery.start(
            partial(
                serve_probes,
                made.health,
                made.registry,
                addresses=Addresses("127.0.0.1:0", "127.0.0.1:0"),
                stopping=stopping,
                on_bound=lambda what, urls: made.urls.update({what: urls[0]}),
            )
        )
        yield made
        stopping.set()


async def test_the_gate_can_be_seen_opening_and_a_stop_closing_readiness(served: Served) -> None:
    assert (await served.get("/startupz")).status_code == 503
    assert "looked at" in (await served.get("/readyz")).text
    served.health.gate.settled(True)
    served.health.gate.open()
    assert (await served.get("/startupz")).status_code == 200
    assert (await served.get("/readyz")).status_code == 200
    served.health.gate.stop()
    assert (await served.get("/readyz")).status_code == 503
    assert (await served.get("/startupz")).status_code == 200


async def test_metrics_are_served_on_their_own_port(served: Served) -> None:
    assert "stoker_agent_drift_files 0.0" in (await served.get("/metrics")).text


async def test_a_git_thread_that_hangs_for_ten_minutes_ends_liveness(served: Served) -> None:
    served.stuck = trio.current_time() - FETCH_HANGS_AFTER + 60
    assert (await served.get("/healthz")).status_code == 200
    served.stuck -= 120
    found = await served.get("/healthz")
    assert (found.status_code, "git" in found.json()["reasons"]) == (503, True)


async def test_a_turn_that_never_ends_ends_liveness(served: Served) -> None:
    served.since = trio.current_time() - TURN_AT_MOST + 60
    assert (await served.get("/healthz")).status_code == 200
    served.since -= 120
    assert (await served.get("/healthz")).status_code == 503


def test_what_lasts_is_not_taken_for_hanging() -> None:
    assert (FETCH_HANGS_AFTER, TURN_AT_MOST) == (600.0, 1800.0)


def test_failing_syncs_do_not_matter_to_liveness(autojump_clock: MockClock) -> None:
    assert Health().live() == {}
