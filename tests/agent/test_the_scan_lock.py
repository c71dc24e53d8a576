"""The gateway's scan lock is held around the merge where it is offered, and never worth more than ten seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.errors import MergeFailed
from tests.agent.gateway import COMMISSIONING
from tests.agent.trouble import Disk

if TYPE_CHECKING:
    from collections.abc import Callable

    from trio.testing import MockClock

    from tests.agent.plant import Plant

LOCKS = {"POST /data/api/v1/scan-lock/projects", "POST /data/api/v1/scan-lock/config"}


async def test_both_locks_are_taken_before_the_merge(autojump_clock: MockClock, plant: Plant) -> None:
    plant.blocking = disk = Disk()
    plant.gateway.lock = 200
    plant.gateway.start()
    await plant.run()
    plant.gateway.asked.clear()
    disk.held["merge"] = trio.Event()
    await plant.push({"projects/line1/project.json": "new"})
    await trio.sleep(1)
    assert set(plant.gateway.asked) >= LOCKS
    assert plant.live() != "new"
    disk.held["merge"].set()
    await trio.sleep(1)
    assert plant.live() == "new"
    assert plant.gateway.scans[-2:] == ["projects", "config"]


async def test_it_is_waited_for_for_less_than_ten_seconds_and_held_for_a_minute_at_most(
    autojump_clock: MockClock, synced: Plant
) -> None:
    synced.gateway.lock = 200
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(1)
    assert synced.gateway.locks_wanted[-2:] == [{"acquireTimeout": 9, "holdTimeout": 60}] * 2


@pytest.mark.parametrize("status", [408, 409])
async def test_a_lock_that_is_refused_is_done_without(
    autojump_clock: MockClock, synced: Plant, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    synced.gateway.lock = status
    synced.gateway.lock_takes = 9.0
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(9.5)
    assert synced.live() == "new"
    assert "scan_lock_missed" in capsys.readouterr().out


async def test_only_of_a_lock_that_is_refused_another_holder_is_suspected(
    autojump_clock: MockClock, synced: Plant, logged: Callable[[], list[dict[str, Any]]]
) -> None:
    for status in (409, 401):
        synced.gateway.lock = status
        await synced.push({"projects/line1/project.json": str(status)})
        await trio.sleep(2)
    remedies = [line["remedy"] for line in logged() if line["event"] == "scan_lock_missed"]
    assert remedies == ["merging without; is another client holding it?", "merging without"]


async def test_a_lock_that_is_not_answered_is_done_without_after_ten_seconds(
    autojump_clock: MockClock, synced: Plant
) -> None:
    synced.gateway.lock_takes = 1000.0
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(9.5)
    assert synced.live() != "new"
    await trio.sleep(1)
    assert synced.live() == "new"


async def test_a_gateway_without_locks_costs_no_warning(
    autojump_clock: MockClock, synced: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(1)
    assert synced.live() == "new"
    assert "scan_lock" not in capsys.readouterr().out


@pytest.mark.parametrize("up", [False, True])
async def test_a_gateway_that_does_not_run_yet_is_asked_for_none(
    autojump_clock: MockClock, plant: Plant, logged: Callable[[], list[dict[str, Any]]], up: bool
) -> None:
    if up:
        plant.gateway.start((200, COMMISSIONING))
    await plant.run(5)
    assert plant.live() is not None
    assert not LOCKS & set(plant.gateway.asked)
    assert [line for line in logged() if line["event"] == "scan_lock_missed"] == []


async def test_after_an_aborted_merge_the_scans_release_the_locks_and_pay_nothing(
    autojump_clock: MockClock, plant: Plant
) -> None:
    plant.blocking = disk = Disk()
    plant.gateway.lock = 200
    plant.gateway.start()
    await plant.run()
    plant.gateway.scans.clear()
    disk.fails["merge"] = MergeFailed("the disk is full")
    await plant.push({"projects/line1/project.json": "new"})
    await trio.sleep(1)
    assert plant.gateway.scans == ["projects", "config"]
    assert plant.report.sync_status == "Error"
    assert plant.metric("scan_total", result="success") == 1


async def test_after_an_aborted_merge_a_lock_whose_answer_was_lost_is_released_too(
    autojump_clock: MockClock, plant: Plant
) -> None:
    plant.blocking = disk = Disk()
    plant.gateway.start()
    await plant.run()
    plant.gateway.scans.clear()
    plant.gateway.lock_takes = 1000.0
    disk.fails["merge"] = MergeFailed("the disk is full")
    await plant.push({"projects/line1/project.json": "new"})
    await trio.sleep(12)
    assert plant.gateway.scans == ["projects", "config"]


async def test_a_stop_before_the_merge_releases_the_locks_and_waits_for_that_for_seconds_only(
    autojump_clock: MockClock, plant: Plant
) -> None:
    plant.blocking = disk = Disk()
    plant.gateway.lock = 200
    plant.gateway.start()
    for port in ("open", "hangs"):
        agent = await plant.run()
        plant.gateway.scans.clear()
        disk.held["merge"] = trio.Event()
        await plant.push({"projects/line1/project.json": port})
        await trio.sleep(1)
        plant.gateway.port = port
        with trio.fail_after(9):
            await agent.stop()
        assert plant.gateway.scans == ["projects", "config"] or port == "hangs"
        disk.held.clear()


@pytest.mark.parametrize("status", [404, 408, 409])
async def test_after_an_aborted_merge_without_locks_nothing_is_scanned_and_no_other_s_lock_released(
    autojump_clock: MockClock, plant: Plant, status: int
) -> None:
    plant.blocking = disk = Disk()
    plant.gateway.lock = status
    plant.gateway.start()
    await plant.run()
    plant.gateway.scans.clear()
    disk.fails["merge"] = MergeFailed("the disk is full")
    await plant.push({"projects/line1/project.json": "new"})
    await trio.sleep(1)
    assert plant.gateway.scans == []


async def test_no_lock_is_asked_for_when_no_file_changes(autojump_clock: MockClock, synced: Plant) -> None:
    synced.gateway.lock = 200
    await synced.push({"docs/readme.md": "for people"})
    await trio.sleep(1)
    assert not LOCKS & set(synced.gateway.asked)
