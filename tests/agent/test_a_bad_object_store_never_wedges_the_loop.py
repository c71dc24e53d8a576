"""The API server fails, hangs, throttles and loses answers: files and scans go on, and reports come when they can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from stoker.kube.faults import Faults
from stoker.kube.memory import MemoryCluster
from tests.agent.plant import now
from tests.agent.trouble import TroubledCluster

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant

PATH = "projects/line1/project.json"


@pytest.mark.parametrize("how", ["down", "hang", "forbid"])
async def test_what_cannot_be_reported_is_done_all_the_same(autojump_clock: MockClock, synced: Plant, how: str) -> None:
    await synced.agent.stop()
    synced.through = troubled = TroubledCluster(synced.cluster)
    await synced.run()
    getattr(troubled, how)("patch", "create")
    await synced.push({PATH: "new"})
    await trio.sleep(1)
    assert synced.live() == "new"
    assert synced.gateway.both == 1
    commit = await synced.push({PATH: "newer"})
    await trio.sleep(1)
    assert synced.live() == "newer"
    troubled.mend()
    await trio.sleep(60)
    assert synced.report.synced_commit == commit


async def test_a_gateway_that_restarts_meanwhile_is_served(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.agent.stop()
    synced.through = troubled = TroubledCluster(synced.cluster)
    await synced.run()
    troubled.down()
    synced.gateway.stop()
    await trio.sleep(60)
    synced.edit("seeded")
    synced.gateway.start()
    await trio.sleep(5)
    assert synced.live() != "seeded"
    assert synced.gateway.both == 1


async def test_a_server_that_is_down_at_the_start_is_made_up_for(autojump_clock: MockClock, plant: Plant) -> None:
    plant.gateway.start()
    plant.through = troubled = TroubledCluster(plant.cluster)
    troubled.down()
    await plant.run(300)
    assert plant.live() is None
    troubled.mend()
    await trio.sleep(31)
    assert plant.report.sync_status == "Synced"


@pytest.mark.parametrize("seed", range(6))
async def test_seeded_faults_delay_and_lose_nothing(autojump_clock: MockClock, plant: Plant, seed: int) -> None:
    faults = Faults(
        seed=seed, conflict=0.2, lost=0.2, throttled=0.2, stall=0.2, stall_seconds=20, expired=0.2, watch_lost=0.2
    )
    store = MemoryCluster(now=now, faults=faults)
    store.load(plant.cluster.snapshot())
    plant.through, good = store, plant.cluster
    plant.gateway.start()
    commit = plant.origin.commit({PATH: "new"})
    await plant.want(commit)
    store.load(good.snapshot())
    await plant.run(900)
    plant.cluster = store
    assert faults.injected
    assert (plant.live(), plant.report.sync_status, plant.report.synced_commit) == ("new", "Synced", commit)
    assert plant.gateway.both == 1
    assert {event.reason for event in plant.events} <= {"SyncCompleted"}


async def test_a_stop_waits_for_no_object_store(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.agent.stop()
    synced.through = troubled = TroubledCluster(synced.cluster)
    agent = await synced.run()
    troubled.hang()
    await synced.push({PATH: "new"})
    await trio.sleep(40)
    began = trio.current_time()
    await agent.stop()
    assert trio.current_time() - began < 6
