"""Files that somebody else changed: reported, healed, or restored, as policy and occasion say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from tests.agent.gateway import RUNNING
from tests.agent.plant import FILES

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant

PATH = "projects/line1/project.json"
WANTED = FILES[PATH]


async def test_report_names_it_and_leaves_it(autojump_clock: MockClock, synced: Plant) -> None:
    synced.edit("by hand")
    await trio.sleep(31)
    assert synced.live() == "by hand"
    assert (synced.report.drift_files, synced.report.drift_paths) == (1, [PATH])
    assert synced.metric("drift_files") == 1
    assert synced.report.sync_status == "Synced"


async def test_of_many_files_the_first_fifty_are_named_and_all_counted(
    autojump_clock: MockClock, synced: Plant
) -> None:
    await synced.push({f"projects/line1/{number:02}.json": "{}" for number in range(60)})
    await trio.sleep(1)
    for number in range(60):
        synced.edit("by hand", f"projects/line1/{number:02}.json")
    await trio.sleep(31)
    assert synced.report.drift_files == 60
    assert synced.report.drift_paths == [f"projects/line1/{number:02}.json" for number in range(50)]


async def test_another_name_of_the_same_commit_is_no_news_that_restores_it(
    autojump_clock: MockClock, synced: Plant
) -> None:
    synced.edit("by hand")
    await synced.want(ref="refs/heads/main")
    await trio.sleep(2)
    assert (synced.live(), synced.report.drift_files) == ("by hand", 1)


async def test_report_forgets_it_when_it_is_gone(autojump_clock: MockClock, synced: Plant) -> None:
    synced.edit("by hand")
    await trio.sleep(31)
    synced.edit(WANTED)
    await trio.sleep(31)
    assert (synced.report.drift_files, synced.report.drift_paths) == (0, None)


async def test_heal_restores_and_scans_it(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.profiled(drift_policy="heal")
    await trio.sleep(1)
    synced.edit("by hand")
    await trio.sleep(31)
    assert synced.live() == WANTED
    assert synced.gateway.scans == ["projects", "config"]
    assert synced.report.drift_files == 0


async def test_a_fight_with_another_writer_grows_quiet(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.profiled(drift_policy="heal", sync_period=10)
    await trio.sleep(1)
    healed = []
    for _ in range(36):
        before = synced.gateway.both
        for _ in range(10):
            synced.edit("by the other")
            await trio.sleep(10)
        healed.append(synced.gateway.both - before)
    assert sum(healed[:6]) > sum(healed[-18:])
    assert sum(healed) < 15


async def test_a_slow_writer_does_not_make_a_loop_of_it_either(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.profiled(drift_policy="heal", sync_period=10)
    await trio.sleep(1)
    for _ in range(60):
        synced.edit("by the other")
        await trio.sleep(65)
    assert synced.gateway.both < 15


async def test_a_new_commit_restores_it_whatever_the_policy(autojump_clock: MockClock, synced: Plant) -> None:
    synced.edit("by hand")
    await trio.sleep(31)
    await synced.push({"docs/readme.md": "for people"})
    await trio.sleep(1)
    assert synced.live() == WANTED


async def test_a_request_restores_it_whatever_the_policy(autojump_clock: MockClock, synced: Plant) -> None:
    synced.edit("by hand")
    await trio.sleep(31)
    await synced.want(requested_at="now")
    await trio.sleep(1)
    assert synced.live() == WANTED


async def test_another_profile_restores_it_whatever_the_policy(autojump_clock: MockClock, synced: Plant) -> None:
    synced.edit("by hand")
    await trio.sleep(31)
    await synced.profiled(exclude_patterns=["**/nothing/"])
    await trio.sleep(1)
    assert synced.live() == WANTED


async def test_a_profile_that_changed_while_the_agent_was_down_restores_it_too(
    autojump_clock: MockClock, synced: Plant
) -> None:
    await synced.agent.stop()
    synced.edit("by hand")
    await synced.profiled(exclude_patterns=["**/nothing/"])
    await synced.run()
    assert synced.live() == WANTED


async def test_permission_for_a_mass_deletion_restores_nothing(autojump_clock: MockClock, synced: Plant) -> None:
    synced.edit("by hand")
    await trio.sleep(31)
    await synced.want(allow_mass_delete="a" * 40)
    await trio.sleep(31)
    assert synced.live() == "by hand"


@pytest.mark.parametrize("start_takes", [1, 100], ids=["soon", "after looks of the timer"])
async def test_a_gateway_start_restores_what_changed_in_it_and_not_what_was_reported_before(
    autojump_clock: MockClock, synced: Plant, start_takes: float
) -> None:
    synced.edit("by hand")
    await trio.sleep(31)
    synced.gateway.stop()
    await trio.sleep(15)
    synced.edit("seeded", "projects/line1/ignition/script-python/code/code.py")
    await trio.sleep(start_takes)
    synced.gateway.start((200, RUNNING))
    await trio.sleep(5)
    assert synced.live() == "by hand"
    assert synced.live("projects/line1/ignition/script-python/code/code.py") == "print(1)\n"
    assert synced.report.drift_paths == [PATH]


async def test_what_was_overwritten_is_kept_and_named(autojump_clock: MockClock, synced: Plant) -> None:
    synced.edit("by hand")
    await synced.push({PATH: "new"})
    await trio.sleep(1)
    assert synced.live() == "new"
    kept = synced.history[-1].kept_paths
    assert len(kept) == 1
    assert (synced.data / kept[0]).read_text() == "by hand"
