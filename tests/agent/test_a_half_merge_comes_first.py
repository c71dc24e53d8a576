"""A start that finds a merge half done ends it before anything else, tells of it, and scans what it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from stoker.agent.profile import PROTECTION, request
from stoker.api.handoff import Metadata
from stoker.errors import JournalUnsettled, StateUnreadable
from stoker.sync.engine import Engine
from stoker.sync.files import Files
from tests.agent.trouble import Disk, TroubledCluster

if TYPE_CHECKING:
    from trio.testing import MockClock

    from stoker.errors import StokerError
    from stoker.sync.files import Spot
    from tests.agent.plant import Plant

CODE = "projects/line1/ignition/script-python/code/code.py"
PATH = "projects/line1/project.json"


class Power(BaseException):
    """It went out."""


class Dying(Files):
    """Dies at a rename onto a live file, once one such rename is done."""

    def __init__(self) -> None:
        super().__init__()
        self.replaced = 0

    def rename(self, source: Spot, target: Spot) -> None:
        """As told."""
        if ".sync-staging" in str(source) and ".stoker" not in str(target):
            self.replaced += 1
            if self.replaced > 1:
                raise Power
        super().rename(source, target)


@pytest.fixture
async def halved(synced: Plant) -> Plant:
    """The newest commit is half live, and no agent runs."""
    await synced.agent.stop()
    commit = synced.origin.commit({PATH: "new", CODE: "print(2)\n"})
    metadata = Metadata(synced.origin.url, commit, "main", profiles={"default": synced.profile})
    engine = Engine(synced.data, protection=PROTECTION, files=Dying())
    engine.open()
    engine.settle()
    tree = synced.stores.tree(synced.origin.url, commit)
    staged = engine.stage(engine.prepare(request(synced.setup(), metadata, synced.profile, {}, tree)))
    with pytest.raises(Power):
        engine.merge(staged)
    engine.close()
    assert (synced.live() == "new") != (synced.live(CODE) == "print(2)\n")
    return synced


async def test_it_is_completed_while_the_api_server_is_down(autojump_clock: MockClock, halved: Plant) -> None:
    halved.through = troubled = TroubledCluster(halved.cluster)
    troubled.down()
    agent = await halved.run(1)
    assert (halved.live(), halved.live(CODE)) == ("new", "print(2)\n")
    assert "journal" not in agent.health.started()


async def test_it_is_completed_though_the_resource_is_paused(autojump_clock: MockClock, halved: Plant) -> None:
    await halved.want(paused=True)
    await halved.run(1)
    assert (halved.live(), halved.live(CODE)) == ("new", "print(2)\n")
    assert halved.gateway.scans == []


async def test_what_it_changed_is_scanned_and_told(autojump_clock: MockClock, halved: Plant) -> None:
    commit = halved.origin.hash_of("main")
    await halved.want(commit)
    await halved.run()
    assert halved.gateway.scans == ["projects", "config"]
    assert (halved.report.sync_status, halved.report.synced_commit) == ("Synced", commit)
    entry = next(entry for entry in halved.history if entry.trigger == "recovery")
    assert (entry.commit, entry.result, entry.modified) == (commit, "success", 2)


async def test_a_newer_commit_comes_after_it(autojump_clock: MockClock, halved: Plant) -> None:
    await halved.push({PATH: "newest"})
    await halved.run()
    assert (halved.live(), halved.live(CODE)) == ("newest", "print(2)\n")


@pytest.mark.parametrize("error", [JournalUnsettled("the disk is full"), StateUnreadable("the manifest is torn")])
async def test_one_that_this_life_left_shuts_the_gate_and_is_settled_before_the_next_attempt(
    autojump_clock: MockClock, plant: Plant, error: StokerError
) -> None:
    plant.blocking = disk = Disk()
    agent = await plant.run()
    disk.fails["merge"] = error
    await plant.push({PATH: "new"})
    await trio.sleep(1)
    assert agent.health.started() == {"journal": str(error)}
    del disk.fails["merge"]
    disk.seen.clear()
    await trio.sleep(60)
    assert disk.seen.index("settle") < disk.seen.index("prepare")
    assert plant.live() == "new"


async def test_two_agents_never_work_on_one_directory(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.run(1)
    assert "another agent works on" in synced.report.error_message
    await synced.agent.stop()
    await trio.sleep(31)
    assert synced.report.sync_status == "Synced"
