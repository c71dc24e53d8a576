"""Any new value of requestedAt is a request: a full sync with a scan, also for an unchanged commit, exactly once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant


async def test_an_unchanged_commit_is_scanned_again(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.want(requested_at="2026-01-02T00:00:00Z")
    await trio.sleep(120)
    assert synced.gateway.scans == ["projects", "config"]
    assert synced.history[-1].trigger == "request"


async def test_the_value_that_is_there_at_a_first_start_is_answered_by_the_first_sync(
    autojump_clock: MockClock, plant: Plant
) -> None:
    plant.gateway.start()
    await plant.want(requested_at="2026-01-01T00:00:00Z")
    await plant.run(120)
    assert plant.gateway.scans == ["projects", "config"]
    assert [entry.trigger for entry in plant.history] == ["start"]


async def test_a_request_made_before_the_first_sync_succeeded_is_answered(
    autojump_clock: MockClock, plant: Plant
) -> None:
    await plant.want("f" * 40)
    await plant.run(1)
    await plant.want(plant.origin.hash_of("main"), requested_at="new")
    await trio.sleep(1)
    assert plant.history[-1].trigger == "request"


async def test_a_request_made_while_the_agent_was_down_is_answered_at_its_start(
    autojump_clock: MockClock, synced: Plant
) -> None:
    await synced.agent.stop()
    await synced.want(requested_at="while it was down")
    await synced.run(5)
    assert synced.gateway.scans == ["projects", "config"]
    assert synced.history[-1].trigger == "request"


async def test_an_answered_request_is_not_answered_again_by_the_next_life(
    autojump_clock: MockClock, synced: Plant
) -> None:
    await synced.want(requested_at="once")
    await trio.sleep(1)
    await synced.agent.stop()
    await synced.run(60)
    assert synced.gateway.both == 1


async def test_a_request_that_comes_while_another_is_handled_is_handled_next(
    autojump_clock: MockClock, synced: Plant
) -> None:
    synced.gateway.lock_takes = 3.0
    synced.gateway.lock = 200
    await synced.want(synced.origin.commit({"projects/line1/project.json": "new"}), requested_at="one")
    await trio.sleep(1)
    await synced.want(requested_at="two")
    await trio.sleep(10)
    assert [entry.trigger for entry in synced.history][-2:] == ["request", "request"]


async def test_taking_the_annotation_away_is_no_request(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.want(requested_at="one")
    await trio.sleep(1)
    await synced.want(requested_at="")
    await trio.sleep(60)
    await synced.want(requested_at="one")
    await trio.sleep(60)
    assert synced.gateway.both == 1


async def test_a_request_whose_sync_failed_stays_a_request(autojump_clock: MockClock, synced: Plant) -> None:
    good = synced.origin.hash_of("main")
    await synced.want("f" * 40, requested_at="one")
    await trio.sleep(5)
    assert synced.report.sync_status == "Error"
    await synced.want(good)
    await trio.sleep(1)
    assert synced.gateway.scans == ["projects", "config"]
    assert synced.history[-1].trigger == "request"


async def test_a_request_whose_scan_failed_stays_a_request(autojump_clock: MockClock, synced: Plant) -> None:
    synced.gateway.scan = 500
    await synced.want(requested_at="one")
    await trio.sleep(5)
    assert synced.report.sync_status == "Error"
    synced.gateway.scan = 200
    await trio.sleep(40)
    assert synced.report.sync_status == "Synced"
    assert synced.history[-1].trigger == "request"
