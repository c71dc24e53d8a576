"""A failure is tried again after 30 s, doubling to 5 min; another aim, or success, begins anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from tests.agent.trouble import Disk

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant

TRIES = 3
"""Of one scan request, by the client."""


async def _attempts(plant: Plant, seconds: float) -> int:
    """How many syncs asked for a scan in this time, while scans fail with 500."""
    before = len(plant.gateway.scans)
    await trio.sleep(seconds)
    return (len(plant.gateway.scans) - before) // TRIES


async def test_the_pauses_double_up_to_five_minutes(autojump_clock: MockClock, synced: Plant) -> None:
    synced.gateway.scan = 500
    await synced.push({"projects/line1/project.json": "new"})
    assert await _attempts(synced, 20) == 1
    assert await _attempts(synced, 20) == 1  # 30 s
    assert await _attempts(synced, 70) == 1  # 60 s
    assert await _attempts(synced, 140) == 1  # 120 s
    assert await _attempts(synced, 265) == 1  # 240 s
    assert 3 <= await _attempts(synced, 1100) <= 4  # 300 s each


async def test_a_retry_keeps_its_time_though_something_else_fires(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.profiled(sync_period=3600)
    await trio.sleep(1)
    synced.gateway.scan = 500
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(10)
    await synced.want(history_limit=9000)
    assert await _attempts(synced, 30) == 1


async def test_a_new_commit_is_tried_at_once(autojump_clock: MockClock, synced: Plant) -> None:
    synced.gateway.scan = 500
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(300)
    await synced.push({"projects/line1/project.json": "newer"})
    assert await _attempts(synced, 2) == 1
    assert await _attempts(synced, 35) == 1  # 30 s again


async def test_after_a_success_the_pauses_begin_anew(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.profiled(drift_policy="heal", sync_period=5)
    synced.gateway.scan = 500
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(300)
    synced.gateway.scan = 200
    await trio.sleep(300)
    synced.gateway.scan = 500
    synced.edit("by hand")
    assert await _attempts(synced, 10) == 1
    assert await _attempts(synced, 35) == 1  # 30 s again


async def test_a_force_request_is_tried_at_once(autojump_clock: MockClock, synced: Plant) -> None:
    synced.gateway.scan = 500
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(300)
    await synced.want(requested_at="now")
    assert await _attempts(synced, 2) == 1


async def test_another_profile_is_tried_at_once(autojump_clock: MockClock, synced: Plant) -> None:
    synced.gateway.scan = 500
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(300)
    await synced.profiled(sync_period=60)
    assert await _attempts(synced, 2) == 1


@pytest.mark.parametrize("change", [{"git_url": "file:///elsewhere"}, {"auth_type": "token"}])
async def test_another_way_to_the_repository_is_tried_at_once(
    autojump_clock: MockClock, synced: Plant, change: dict[str, str]
) -> None:
    await synced.want("f" * 40)
    await trio.sleep(300)
    before = synced.metric("sync_skipped_total", reason="backoff")
    await synced.want(**change)
    await trio.sleep(1)
    assert synced.metric("sync_skipped_total", reason="backoff") == before


async def test_held_back_turns_are_counted(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.profiled(sync_period=5)
    synced.gateway.scan = 500
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(6)
    before = synced.metric("sync_skipped_total", reason="backoff")
    await trio.sleep(15)
    assert synced.metric("sync_skipped_total", reason="backoff") == before + 3


async def test_files_that_are_in_place_are_not_copied_again(autojump_clock: MockClock, plant: Plant) -> None:
    plant.blocking = disk = Disk()
    plant.gateway.start()
    await plant.run()
    disk.seen.clear()
    plant.gateway.scan = 500
    await plant.push({"projects/line1/project.json": "new"})
    await trio.sleep(400)
    assert disk.seen.count("merge") == 1


async def test_success_after_a_failure_is_told(autojump_clock: MockClock, synced: Plant) -> None:
    synced.gateway.scan = 500
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(5)
    synced.gateway.scan = 200
    await trio.sleep(40)
    assert [entry.result for entry in synced.history] == ["success", "error", "success"]
    assert synced.history[-1].trigger == "retry"


async def test_it_is_told_though_that_commit_was_synced_before(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.profiled(drift_policy="heal", sync_period=5)
    await trio.sleep(6)
    synced.gateway.scan = 500
    synced.edit("by hand")
    await trio.sleep(10)
    synced.gateway.scan = 200
    await trio.sleep(40)
    assert [entry.result for entry in synced.history][-2:] == ["error", "success"]
    assert synced.reasons.count("SyncFailed") == 1
