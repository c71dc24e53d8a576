"""Somebody deletes or empties a map that the agent wrote into: its key is there again a few minutes later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from stoker.agent.publish import LOOK_EVERY
from stoker.kube.cluster import CONFIGMAPS
from tests.agent.trouble import TroubledCluster

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant

SOON = LOOK_EVERY * 1.2 + 60


@pytest.mark.parametrize("what", ["status", "changes"])
async def test_a_map_that_was_made_anew(autojump_clock: MockClock, synced: Plant, what: str) -> None:
    name = f"stoker-{what}-line"
    before = synced.text(what)
    await synced.cluster.delete(CONFIGMAPS, "plant", name)
    await synced.cluster.create(CONFIGMAPS, "plant", {"metadata": {"name": name}, "data": {}})
    await trio.sleep(SOON)
    assert before
    assert synced.text(what) == before


async def test_a_map_that_stays_away_is_waited_for(autojump_clock: MockClock, synced: Plant) -> None:
    before = synced.text("status")
    await synced.cluster.delete(CONFIGMAPS, "plant", "stoker-status-line")
    await trio.sleep(SOON)
    body = {"metadata": {"name": "stoker-status-line"}, "data": {}}
    await synced.cluster.create(CONFIGMAPS, "plant", body)
    await trio.sleep(40)
    assert synced.text("status") == before


async def test_a_store_that_does_not_answer_says_nothing_about_it(autojump_clock: MockClock, plant: Plant) -> None:
    plant.through = troubled = TroubledCluster(plant.cluster)
    plant.gateway.start()
    await plant.run()
    writes = plant.cluster.writes
    troubled.down("get")
    await trio.sleep(SOON)
    troubled.mend()
    await trio.sleep(SOON)
    assert plant.cluster.writes == writes
