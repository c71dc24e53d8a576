"""The API server's store is put back to a backup: the gateway keeps its files, and what was reported is reported again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from stoker.agent.watch import PATIENCE
from stoker.kube.cluster import CONFIGMAPS
from tests.agent.plant import FILES

if TYPE_CHECKING:
    from trio.testing import MockClock

    from stoker.kube.memory.adapter import Objects
    from tests.agent.plant import Plant

PATH = "projects/line1/project.json"


async def since_then(plant: Plant) -> tuple[Objects, str]:
    """A backup, and the commit that came after it and is live."""
    backup = plant.cluster.snapshot()
    commit = await plant.push({PATH: "second"})
    await trio.sleep(5)
    assert plant.report.synced_commit == commit
    return backup, commit


async def test_the_controller_is_given_a_moment_to_say_it_again(autojump_clock: MockClock, synced: Plant) -> None:
    backup, commit = await since_then(synced)
    synced.cluster.put_back(backup)
    await trio.sleep(PATIENCE / 2)
    await synced.want(commit)
    await trio.sleep(2 * PATIENCE)
    assert (synced.data / PATH).read_text() == "second"
    assert [entry.commit for entry in synced.history].count(commit) == 1


async def test_what_was_reported_is_there_again_within_seconds(autojump_clock: MockClock, synced: Plant) -> None:
    backup, commit = await since_then(synced)
    synced.cluster.put_back(backup)
    await trio.sleep(5)
    assert synced.report.synced_commit == commit
    assert synced.history[-1].commit == commit


async def test_an_order_of_then_that_nobody_replaces_is_in_force(autojump_clock: MockClock, synced: Plant) -> None:
    backup, _ = await since_then(synced)
    synced.cluster.put_back(backup)
    await trio.sleep(PATIENCE + 10)
    assert (synced.data / PATH).read_text() == FILES[PATH]


async def test_a_new_order_is_followed_at_once(autojump_clock: MockClock, synced: Plant) -> None:
    backup, _ = await since_then(synced)
    synced.cluster.put_back(backup)
    await trio.sleep(5)
    commit = await synced.push({PATH: "third"})
    await trio.sleep(5)
    assert synced.report.synced_commit == commit


async def test_where_nothing_else_shows_it_the_report_is_looked_for(autojump_clock: MockClock, synced: Plant) -> None:
    """The controller was faster, and others have written so much that every version is later than those of before."""
    backup, commit = await since_then(synced)
    synced.cluster.put_back(backup)
    for number in range(50):
        await synced.cluster.create(CONFIGMAPS, "elsewhere", {"metadata": {"name": f"of-others-{number}"}})
    await synced.want(commit)
    await trio.sleep(5)
    assert synced.report.synced_commit == commit
