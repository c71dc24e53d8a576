"""/startupz: when the gateway may start, and that nothing opens the gate on half a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from stoker.errors import JournalUnsettled
from tests.agent.trouble import Disk, TroubledCluster

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant


async def test_it_opens_with_the_first_successful_sync(autojump_clock: MockClock, plant: Plant) -> None:
    agent = await plant.run(1)
    assert agent.health.started() == {}
    assert plant.report.sync_status == "Pending"


async def test_an_empty_directory_waits_for_git_however_long(autojump_clock: MockClock, plant: Plant) -> None:
    await plant.want("f" * 40)
    agent = await plant.run(900)
    assert agent.health.started() != {}
    assert plant.report.sync_status == "Error"


@pytest.mark.parametrize("marker", [".uuid", ".ignition-seed-complete", "projects/old/project.json"])
async def test_where_a_gateway_has_lived_it_opens_after_the_first_failure(
    autojump_clock: MockClock, plant: Plant, marker: str
) -> None:
    plant.edit("{}", marker)
    await plant.want("f" * 40)
    agent = await plant.run(1)
    assert agent.health.started() == {}
    assert plant.report.sync_status == "Error"


async def test_a_gateway_that_came_to_live_there_meanwhile_is_noticed(autojump_clock: MockClock, plant: Plant) -> None:
    await plant.want("f" * 40)
    agent = await plant.run(20)
    assert agent.health.started() != {}
    plant.edit("u", ".uuid")
    await trio.sleep(100)
    assert agent.health.started() == {}


async def test_what_keeps_a_sync_from_beginning_is_a_failed_attempt_too(
    autojump_clock: MockClock, plant: Plant
) -> None:
    plant.edit("u", ".uuid")
    await plant.want(profiles={})
    agent = await plant.run(1)
    assert agent.health.started() == {}
    assert plant.report.sync_status == "Error"


async def test_our_own_manifest_says_that_a_gateway_has_lived_there(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.agent.stop()
    await synced.want("f" * 40)
    agent = await synced.run(1)
    assert agent.health.started() == {}


async def test_where_a_gateway_has_lived_it_opens_after_ten_seconds_while_the_api_server_is_down(
    autojump_clock: MockClock, plant: Plant
) -> None:
    plant.edit("u", ".uuid")
    plant.through = troubled = TroubledCluster(plant.cluster)
    troubled.down()
    agent = await plant.run(9)
    assert agent.health.started() != {}
    await trio.sleep(1.5)
    assert agent.health.started() == {}
    troubled.mend()
    await trio.sleep(31)
    assert plant.report.sync_status == "Pending"


async def test_where_a_gateway_has_lived_it_opens_while_the_api_server_hangs(
    autojump_clock: MockClock, plant: Plant
) -> None:
    plant.edit("u", ".uuid")
    plant.through = troubled = TroubledCluster(plant.cluster)
    troubled.hang()
    agent = await plant.run(10.5)
    assert agent.health.started() == {}


async def test_where_a_gateway_has_lived_it_opens_with_an_error_when_the_sync_takes_too_long(
    autojump_clock: MockClock, plant: Plant
) -> None:
    plant.edit("u", ".uuid")
    plant.blocking = disk = Disk()
    disk.held["stage"] = trio.Event()
    agent = await plant.run(10.5)
    assert agent.health.started() == {}
    assert plant.report.sync_status == "Error"
    assert "did not end within 10 s" in plant.report.error_message
    disk.held["stage"].set()
    await trio.sleep(1)
    assert plant.report.sync_status == "Pending"
    assert "did not end" not in plant.report.error_message


async def test_without_a_resolved_commit_it_says_so(autojump_clock: MockClock, plant: Plant) -> None:
    plant.edit("u", ".uuid")
    await plant.want("")
    agent = await plant.run(10.5)
    assert agent.health.started() == {}
    assert "has not resolved main" in plant.report.error_message


@pytest.mark.parametrize("mode", ["sync", "paused", "failing"])
async def test_an_unsettled_journal_keeps_it_shut_in_every_mode(
    autojump_clock: MockClock, plant: Plant, mode: str
) -> None:
    plant.edit("u", ".uuid")
    plant.blocking = disk = Disk()
    disk.fails["settle"] = JournalUnsettled("the disk is full")
    await plant.want("f" * 40 if mode == "failing" else None, paused=mode == "paused")
    agent = await plant.run(300)
    assert agent.health.started() != {}
    assert agent.health.started() == {"journal": "the disk is full"}
    del disk.fails["settle"]
    await trio.sleep(31)
    assert agent.health.started() == {}


async def test_where_settling_takes_longer_than_that_it_opens_when_it_is_done(
    autojump_clock: MockClock, plant: Plant
) -> None:
    plant.edit("u", ".uuid")
    plant.blocking = disk = Disk()
    disk.held["settle"] = trio.Event()
    await plant.want("")
    agent = await plant.run(20)
    assert agent.health.started() != {}
    disk.held["settle"].set()
    await trio.sleep(1)
    assert agent.health.started() == {}


async def test_a_directory_that_is_not_there_keeps_it_shut(autojump_clock: MockClock, plant: Plant) -> None:
    plant.data.rmdir()
    agent = await plant.run(60)
    assert agent.health.started() != {}
    assert "cannot be used" in plant.report.error_message
    plant.data.mkdir()
    await trio.sleep(31)
    assert agent.health.started() == {}


async def test_a_gate_that_stays_shut_says_why(
    autojump_clock: MockClock, plant: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    await plant.want("")
    await plant.run(60)
    said = [line for line in capsys.readouterr().out.splitlines() if "gateway_held" in line]
    assert len(said) == 1
    assert "the controller has not resolved main to a commit yet" in said[0]
