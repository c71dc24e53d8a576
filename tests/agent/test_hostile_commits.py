"""A commit that is refused is told in the report by name, costs nothing that is live, and the next good one mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from tests.hostile.forge import FILE, FOLDER, Forge
from tests.hostile.forged import delete, journal, state

if TYPE_CHECKING:
    from collections.abc import Callable

    from trio.testing import MockClock

    from tests.agent.plant import Plant


def climbing(forge: Forge) -> str:
    """A folder that leads up and out."""
    return forge.nested("projects/../../outside", forge.folder({"passwd": "mine"}))


def bomb(forge: Forge) -> str:
    """Ten thousand million files."""
    tree = forge.folder({"a": "x"})
    for _ in range(9):
        tree = forge.tree(*((FOLDER, b"%d" % number, tree) for number in range(10)))
    return forge.nested("projects", tree)


def large(forge: Forge) -> str:
    """A file of a gigabyte."""
    return forge.nested("projects", forge.tree((FILE, b"big", forge.zeros(1024))))


@pytest.mark.parametrize(
    ("make", "words"),
    [(climbing, "climbs out with '..'"), (bomb, "more than 250,000 files and folders"), (large, "'projects/big' has")],
)
async def test_a_hostile_commit_is_told_and_the_next_one_mends_it(
    autojump_clock: MockClock, synced: Plant, make: Callable[[Forge], str], words: str
) -> None:
    good = synced.report.synced_commit
    forge = Forge(synced.origin)
    await synced.want(forge.commit(make(forge)))
    await trio.sleep(1)
    assert (synced.report.sync_status, synced.report.synced_commit) == ("Error", good)
    assert words in synced.report.error_message
    assert synced.live() == '{"title": "Line 1"}'
    synced.origin.force("main", good)
    mended = await synced.push({"projects/line1/project.json": "{}"})
    await trio.sleep(1)
    assert (synced.report.sync_status, synced.report.synced_commit) == ("Synced", mended)


async def test_a_forged_journal_keeps_the_gate_shut_and_is_told(autojump_clock: MockClock, plant: Plant) -> None:
    victim = plant.data.parent / "victim"
    victim.write_text("x")
    state(plant.data, journal=journal(delete("../victim", victim)))
    plant.gateway.start()
    await plant.run()
    assert plant.report.sync_status == "Error"
    assert ".stoker/journal cannot be followed ('../victim' is no path inside)" in plant.report.error_message
    assert victim.read_text() == "x"
    assert plant.agent.health.started(), "the gate is shut"
