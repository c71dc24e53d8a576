"""/readyz is 200 from the first opening of the gate until the stop, whatever later syncs do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio
import trio.testing

from stoker.agent.gate import Gate
from stoker.errors import JournalUnsettled
from tests.agent.trouble import Disk

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant


async def test_it_waits_for_the_start_gate(autojump_clock: MockClock, plant: Plant) -> None:
    await plant.want("")
    agent = await plant.run(5)
    assert agent.health.ready() == {"sync": "no sync has succeeded yet"}


def test_what_may_start_as_soon_as_the_directory_is_whole_is_not_ready_before() -> None:
    gate = Gate()
    gate.open()
    assert not gate.ready
    gate.settled(True)
    assert gate.ready


def test_that_the_gateway_may_start_is_said_once() -> None:
    said: list[None] = []
    gate = Gate(lambda: said.append(None))
    gate.open()
    for whole in (True, False, True):
        gate.settled(whole)
    gate.open()
    assert len(said) == 1


async def test_a_later_failure_does_not_take_it_away(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.want("f" * 40)
    await trio.sleep(5)
    assert synced.report.sync_status == "Error"
    assert synced.agent.health.gate.ready


async def test_a_merge_that_left_its_journal_open_does_not_take_it_away(
    autojump_clock: MockClock, plant: Plant
) -> None:
    plant.blocking = disk = Disk()
    agent = await plant.run()
    disk.fails = {name: JournalUnsettled("the disk is full") for name in ("merge", "settle")}
    await plant.push({"projects/line1/project.json": "new"})
    await trio.sleep(120)
    assert plant.report.sync_status == "Error"
    assert agent.health.gate.ready


async def test_it_is_gone_at_once_when_the_process_stops_while_a_merge_goes_on(
    autojump_clock: MockClock, plant: Plant
) -> None:
    plant.blocking = disk = Disk()
    agent = await plant.run()
    disk.held["merge"] = trio.Event()
    await plant.push({"projects/line1/project.json": "new"})
    await trio.sleep(1)
    assert agent.health.gate.ready
    agent.stopping.set()
    await trio.testing.wait_all_tasks_blocked()
    assert agent.health.ready() == {"process": "stopping"}
