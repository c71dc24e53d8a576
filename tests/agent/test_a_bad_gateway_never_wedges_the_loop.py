"""Slow, gone, restarting, hanging or answering nonsense: the gateway never keeps files, reports or a stop waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from tests.agent.gateway import RUNNING

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant

PATH = "projects/line1/project.json"
NONSENSE = ["", "not json", "[]", "null", "[" * 100_000, '{"scanActive": 7}']


async def _recovers(plant: Plant) -> None:
    """The gateway is well again, and so is soon the plant."""
    plant.gateway.scan, plant.gateway.scan_body = 200, '{"scanActive": false, "lastScanTimestamp": 1}'
    plant.gateway.start()
    commit = await plant.push({PATH: "after all"})
    await trio.sleep(400)
    assert (plant.report.sync_status, plant.report.synced_commit) == ("Synced", commit)


async def test_one_that_hangs_lets_files_through_and_is_told_as_an_error(
    autojump_clock: MockClock, synced: Plant
) -> None:
    synced.gateway.port = "hangs"
    commit = await synced.push({PATH: "new"})
    await trio.sleep(15)
    assert synced.live() == "new"
    await trio.sleep(45)
    assert synced.report.synced_commit == commit
    assert synced.report.sync_status in {"Error", "Pending"}
    await _recovers(synced)


async def test_one_that_vanishes_between_merge_and_scan_is_scanned_when_it_is_back(
    autojump_clock: MockClock, synced: Plant
) -> None:
    synced.gateway.stop()
    await synced.push({PATH: "new"})
    await trio.sleep(5)
    assert (synced.live(), synced.report.sync_status) == ("new", "Error")
    await trio.sleep(30)
    synced.gateway.start()
    await trio.sleep(3)
    assert synced.report.sync_status == "Synced"


@pytest.mark.parametrize("body", NONSENSE)
async def test_nonsense_as_a_scans_answer_is_an_error_or_good_enough(
    autojump_clock: MockClock, synced: Plant, body: str
) -> None:
    synced.gateway.scan_body = body
    await synced.push({PATH: "new"})
    await trio.sleep(60)
    assert synced.live() == "new"
    assert synced.report.sync_status in {"Error", "Synced"}
    await _recovers(synced)


@pytest.mark.parametrize("status", [199 + 1, 302, 400, 401, 403, 404, 418, 429, 500, 503])
async def test_any_status_of_a_scan_is_told_and_survived(autojump_clock: MockClock, synced: Plant, status: int) -> None:
    synced.gateway.scan = status
    await synced.push({PATH: "new"})
    await trio.sleep(60)
    assert synced.report.sync_status == ("Synced" if status == 200 else "Error")
    await _recovers(synced)


@pytest.mark.parametrize("gwinfo", ["", "\x00\xff", "ContextStatus", "ContextStatus=;;;=", "x" * 100_000])
async def test_nonsense_of_gwinfo_is_as_good_as_no_answer(autojump_clock: MockClock, plant: Plant, gwinfo: str) -> None:
    plant.gateway.start((200, gwinfo))
    await plant.run(30)
    assert plant.live() is not None
    await _recovers(plant)


async def test_one_that_restarts_all_the_time_still_gets_every_commit(autojump_clock: MockClock, synced: Plant) -> None:
    for number in range(10):
        synced.gateway.stop()
        await synced.push({PATH: f"version {number}"})
        await trio.sleep(15)
        assert synced.live() == f"version {number}"
        synced.gateway.start((503, ""))
        await trio.sleep(5)
        synced.gateway.gwinfo = (200, RUNNING)
        await trio.sleep(5)
        assert synced.report.sync_status == "Synced"


async def test_a_stop_waits_for_no_gateway(autojump_clock: MockClock, synced: Plant) -> None:
    synced.gateway.port = "hangs"
    await synced.push({PATH: "new"})
    await trio.sleep(20)
    began = trio.current_time()
    await synced.agent.stop()
    assert trio.current_time() - began < 6
