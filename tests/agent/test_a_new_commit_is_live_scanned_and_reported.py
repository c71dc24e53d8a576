"""The main path of one gateway: metadata names a commit, and soon it is live, scanned and reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant


async def test_the_first_commit_is_live_and_scanned_once(autojump_clock: MockClock, plant: Plant) -> None:
    plant.gateway.start()
    await plant.run()
    assert plant.live() == '{"title": "Line 1"}'
    assert plant.gateway.scans == ["projects", "config"]
    assert plant.report.sync_status == "Synced"


async def test_a_push_is_live_within_a_second(autojump_clock: MockClock, synced: Plant) -> None:
    commit = await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(0.9)
    assert synced.live() == "new"
    assert synced.gateway.scans == ["projects", "config"]
    assert synced.report.synced_commit == commit
