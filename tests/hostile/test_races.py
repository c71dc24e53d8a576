"""A folder that becomes a link at any moment of a sync: nothing is written through it, and afterwards all is well."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

import pytest

from stoker.errors import StokerError
from tests.hostile.forge import FILE, FOLDER
from tests.hostile.ground import live, picture
from tests.hostile.racer import Racer, swapping

if TYPE_CHECKING:
    from tests.hostile.ground import Ground

FOLDERS = (
    "projects",
    "projects/deep",
    "projects/new",
    "projects/gone",
    ".sync-staging",
    ".stoker",
    ".stoker/kept",
)
NEW = {"projects/deep/a": "2", "projects/deep/resource.json": "{}", "projects/new/c": "2", "projects/same": "s"}


def two_commits(ground: Ground) -> tuple[str, str]:
    """One is live, with work of somebody else's in it; the next changes, adds, deletes, and empties a folder."""
    forge = ground.forge
    same = (FILE, b"same", forge.blob("s"))
    ground.holds(
        (FOLDER, b"deep", forge.folder({"a": "1", "b": "1", "resource.json": "[]"})),
        (FOLDER, b"gone", forge.folder({"d": "1"})),
        same,
    )
    ground.sync()
    first = ground.commit
    (ground.data / "projects/deep/b").write_text("by hand")
    ground.holds(
        (FOLDER, b"deep", forge.folder({"a": "2", "resource.json": "{}"})),
        (FOLDER, b"new", forge.folder({"c": "2"})),
        same,
    )
    return first, ground.commit


def race(ground: Ground, folder: str, at: int, lasting: int) -> Racer:
    """One sync with a swap before change ``at``, then everything put back and one more sync."""
    racer = Racer(ground.data, ground.outside, folder, at, lasting)
    before = picture(ground.outside)
    with contextlib.suppress(StokerError):
        ground.sync(racer)
    racer.restore()
    assert racer.harm == [], f"ESCAPE: written through {folder!r} at change {at}"
    assert picture(ground.outside) == before, f"ESCAPE: {folder!r} at change {at}"
    ground.sync()
    assert live(ground.data) == NEW, f"{folder!r} at change {at}"
    return racer


def race_everywhere(ground: Ground, folder: str, *, step: int, lasting: int = 10_000) -> int:
    """Every ``step``-th change of the sync; how many races were run."""
    two_commits(ground)
    original = ground.root / "original"
    shutil.copytree(ground.data, original)
    at, races = 1, 0
    while True:
        shutil.rmtree(ground.data)
        shutil.copytree(original, ground.data)
        if not race(ground, folder, at, lasting).swapped:
            return races
        at, races = at + step, races + 1


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_that_becomes_a_link_is_not_written_through(ground: Ground, folder: str) -> None:
    assert race_everywhere(ground, folder, step=5) >= 8


@pytest.mark.torture
@pytest.mark.parametrize("lasting", [1, 2, 3, 10_000])
@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_that_is_a_link_for_any_changes(ground: Ground, folder: str, lasting: int) -> None:
    assert race_everywhere(ground, folder, step=1, lasting=lasting) >= 30


@pytest.mark.torture
@pytest.mark.parametrize("folder", FOLDERS)
def test_a_process_that_swaps_a_folder_all_the_time(ground: Ground, folder: str) -> None:
    commits = two_commits(ground)
    (ground.data / folder).mkdir(parents=True, exist_ok=True)
    shutil.copytree(ground.data / folder, ground.outside / "twin")
    before = picture(ground.outside)
    with swapping(ground.data / folder, ground.outside / "twin", ground.root / "moved"):
        for number in range(60):
            ground.commit = commits[number % 2]
            with contextlib.suppress(StokerError):
                ground.sync()
    assert picture(ground.outside) == before, f"ESCAPE: {folder!r}"
    ground.commit = commits[1]
    ground.sync()
    assert live(ground.data) == NEW
