"""A file becomes a folder and a folder a file; what must not go is an error of the plan, before anything is written."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from stoker.errors import PlanInvalid
from stoker.sync.plan import MappingRule
from tests.sync.conftest import FIRST, SECOND, Sync, kept, read, snapshot, write

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.sync.engine import Engine


@pytest.fixture
def folder(sync: Sync, source: Path) -> None:
    """A folder live; the next commit has a file of its name."""
    write(source, {"projects/x/y": "1", "projects/x/deep/z": "1", "projects/keep": "1"})
    sync()
    shutil.rmtree(source / "projects/x")
    write(source, {"projects/x": "file"})


@pytest.mark.usefixtures("folder")
def test_a_folder_becomes_a_file_and_a_folder_again(sync: Sync, source: Path, data: Path) -> None:
    (data / "projects/x/empty/deeper").mkdir(parents=True)
    done = sync(SECOND)
    assert (done.added, done.deleted) == (("projects/x",), ("projects/x/deep/z", "projects/x/y"))
    assert read(data) == {"projects/x": "file", "projects/keep": "1"}
    (source / "projects/x").unlink()
    write(source, {"projects/x/y": "again"})
    sync("3" * 40)
    assert read(data) == {"projects/x/y": "again", "projects/keep": "1"}


@pytest.mark.usefixtures("folder")
def test_hand_work_in_the_folder_is_kept(sync: Sync, data: Path) -> None:
    write(data, {"projects/x/y": "by hand", "projects/x/new": "designer"})
    assert sync(SECOND).kept == ("projects/x/new", "projects/x/y")
    assert kept(data) == {"projects/x/y": "by hand", "projects/x/new": "designer"}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("drift", ["report", "heal"])
def test_also_where_drift_is_only_reported(sync: Sync, data: Path, drift: str) -> None:
    write(data, {"projects/x/new": "designer"})
    assert sync(SECOND, drift=drift).kept == ("projects/x/new",)
    assert read(data) == {"projects/x": "file", "projects/keep": "1"}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("held", ["projects/x/.resources/r", "projects/x/deep/.resources/r", "projects/x/part.tmp"])
def test_a_folder_that_holds_excluded_files_cannot_become_a_file(
    sync: Sync, engine: Engine, data: Path, held: str
) -> None:
    write(data, {held: "gateway"})
    before = snapshot(data)
    with pytest.raises(PlanInvalid, match=r"'projects/x' must become a file, .* excluded and never removed"):
        sync(SECOND)
    assert snapshot(data) == before
    assert engine.applied_commit == FIRST


@pytest.mark.usefixtures("folder")
def test_nor_one_that_holds_a_link(sync: Sync, data: Path) -> None:
    (data / "projects/x/link").symlink_to("/etc")
    with pytest.raises(PlanInvalid, match="a symbolic link and never removed"):
        sync(SECOND)


def test_nor_one_that_is_not_managed(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"conf": "1"})
    write(data, {"config/x/theirs": "1"})
    with pytest.raises(PlanInvalid, match=r"'config/x/theirs' .* is in the way of 'config/x' and is not managed here"):
        sync(FIRST, MappingRule("conf", "config/x"))


def test_a_file_of_nobodys_where_a_folder_must_be_is_an_error_outside_destinations(
    sync: Sync, source: Path, data: Path
) -> None:
    write(source, {"projects/a": "1"})
    write(data, {"config": "theirs"})
    with pytest.raises(PlanInvalid, match="'config' in the data directory is in the way of the folder of 'config/p/a'"):
        sync(FIRST, MappingRule("projects", "config/p"))
    assert read(data) == {"config": "theirs"}


def test_and_is_kept_and_replaced_inside_them(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1"})
    sync()
    write(data, {"projects/p": "theirs"})
    write(source, {"projects/p/view.json": "1"})
    assert sync(SECOND).kept == ("projects/p",)
    assert read(data) == {"projects/a": "1", "projects/p/view.json": "1"}
