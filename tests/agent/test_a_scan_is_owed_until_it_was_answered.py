"""The scan debt: from the merge that changed a file until both requests were answered 2xx, whatever comes between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant


@pytest.mark.parametrize("failing", ["projects", "config"])
async def test_one_answered_scan_of_two_pays_nothing(autojump_clock: MockClock, synced: Plant, failing: str) -> None:
    synced.gateway.scan = {failing: 500}
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(5)
    assert synced.report.sync_status == "Error"
    synced.gateway.scan, synced.gateway.scans = 200, []
    await trio.sleep(40)
    assert synced.gateway.scans == ["projects", "config"]
    assert synced.report.sync_status == "Synced"


@pytest.mark.parametrize("status", [400, 503])
async def test_a_gateway_that_runs_and_refuses_it_is_an_error_whatever_it_says(
    autojump_clock: MockClock, synced: Plant, status: int
) -> None:
    synced.gateway.scan = status
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(5)
    assert synced.report.sync_status == "Error"


async def test_it_is_owed_over_a_restart(autojump_clock: MockClock, synced: Plant) -> None:
    synced.gateway.scan = 500
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(5)
    await synced.agent.stop()
    synced.gateway.scan, synced.gateway.scans = 200, []
    await synced.run(2)
    assert synced.gateway.scans == ["projects", "config"]


async def test_it_is_owed_over_a_life_that_was_cut_off_between_merge_and_scan(
    autojump_clock: MockClock, synced: Plant
) -> None:
    synced.gateway.port = "hangs"
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(14)
    assert synced.live() == "new"
    synced.agent.scope.cancel()
    await synced.agent.ended.wait()
    synced.gateway.start()
    await synced.run(2)
    assert synced.gateway.scans == ["projects", "config"]
    assert synced.report.sync_status == "Synced"


async def test_it_is_owed_over_a_later_commit_that_changes_nothing_here(
    autojump_clock: MockClock, synced: Plant
) -> None:
    synced.gateway.scan = 500
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(5)
    synced.gateway.scan, synced.gateway.scans = 200, []
    await synced.push({"docs/readme.md": "for people"})
    await trio.sleep(1)
    assert synced.gateway.scans == ["projects", "config"]


async def test_it_is_paid_even_when_a_later_commit_cannot_be_had(autojump_clock: MockClock, synced: Plant) -> None:
    synced.gateway.scan = 500
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(5)
    synced.gateway.scan, synced.gateway.scans = 200, []
    await synced.want("f" * 40)
    await trio.sleep(1)
    assert synced.gateway.scans == ["projects", "config"]
    assert synced.report.sync_status == "Error"


async def test_synced_is_not_said_while_it_is_owed(autojump_clock: MockClock, synced: Plant) -> None:
    synced.gateway.stop()
    await trio.sleep(15)
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(60)
    assert synced.live() == "new"
    assert synced.report.sync_status == "Pending"
    synced.gateway.start()
    await trio.sleep(3)
    assert synced.report.sync_status == "Synced"


async def test_that_of_a_gateways_start_is_tried_again_though_no_file_changed(
    autojump_clock: MockClock, synced: Plant
) -> None:
    synced.gateway.stop()
    await trio.sleep(15)
    synced.gateway.scan = 500
    synced.gateway.start()
    await trio.sleep(5)
    assert synced.report.sync_status == "Error"
    synced.gateway.scan, synced.gateway.scans = 200, []
    await trio.sleep(40)
    assert synced.gateway.scans == ["projects", "config"]


async def test_once_paid_it_is_not_paid_again(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(1)
    await synced.agent.stop()
    await synced.run(120)
    assert synced.gateway.both == 1
