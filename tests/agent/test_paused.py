"""Paused, by resource or by profile: nothing but the settling of a journal, and the last report stands."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
import trio

from tests.agent.trouble import Disk

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant

BOTH = pytest.mark.parametrize("what", ["resource", "profile"])


async def _pause(plant: Plant, what: str, *, paused: bool = True) -> None:
    if what == "resource":
        await plant.want(paused=paused)
    else:
        await plant.profiled(paused=paused)


@BOTH
async def test_the_gate_opens_at_once_and_nothing_is_synced(autojump_clock: MockClock, plant: Plant, what: str) -> None:
    await _pause(plant, what)
    agent = await plant.run(0.5)
    assert agent.health.started() == {}
    assert plant.live() is None
    assert plant.text("status") == ""


@BOTH
async def test_a_commit_and_a_request_wait_until_it_is_over(
    autojump_clock: MockClock, synced: Plant, what: str
) -> None:
    await _pause(synced, what)
    await trio.sleep(1)
    report, events = synced.text("status"), synced.reasons
    commit = await synced.push({"projects/line1/project.json": "new"})
    await synced.want(requested_at="now")
    await trio.sleep(300)
    assert (synced.live() == "new", synced.gateway.scans, synced.reasons) == (False, [], events)
    assert synced.text("status") == report
    await _pause(synced, what, paused=False)
    await trio.sleep(1)
    assert (synced.live(), synced.report.synced_commit) == ("new", commit)
    assert synced.history[-1].trigger == "request"


@BOTH
async def test_a_journal_is_settled_all_the_same(autojump_clock: MockClock, plant: Plant, what: str) -> None:
    plant.blocking = disk = Disk()
    await _pause(plant, what)
    await plant.run()
    assert "settle" in disk.seen


async def test_a_debt_waits_too(autojump_clock: MockClock, synced: Plant) -> None:
    synced.gateway.scan = 500
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(1)
    await synced.want(paused=True)
    await trio.sleep(1)
    synced.gateway.scans.clear()
    await trio.sleep(300)
    assert synced.gateway.scans == []


async def test_paused_turns_are_counted(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.want(paused=True)
    await trio.sleep(61)
    assert synced.metric("sync_skipped_total", reason="paused") == 3


@BOTH
async def test_an_agent_that_may_not_sync_has_not_failed_to(autojump_clock: MockClock, plant: Plant, what: str) -> None:
    assert plant.metric("last_sync_success") == 0
    await _pause(plant, what)
    await plant.run(600)
    assert math.isnan(plant.metric("last_sync_success"))
    await _pause(plant, what, paused=False)
    await trio.sleep(1)
    await _pause(plant, what)
    await trio.sleep(600)
    assert plant.metric("last_sync_success") == 1
