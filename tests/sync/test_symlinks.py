"""Links in the repository are neither followed nor written; links in the data directory are never written through,
replaced or cleaned, and nothing outside is touched."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from stoker.errors import JournalUnsettled, MergeFailed, PlanInvalid
from stoker.sync.plan import MappingRule
from tests.sync.conftest import FIRST, PROJECTS, SECOND, Sync, opened, read, run_sync, snapshot, write

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.sync.engine import Engine
    from tests.fakes.files import RefusingFiles


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A place that is not the data directory."""
    write(tmp_path, {"outside/a": "outside", "outside/deep/b": "outside"})
    return tmp_path / "outside"


def test_a_link_in_the_repository_is_not_written(sync: Sync, source: Path, data: Path, outside: Path) -> None:
    write(source, {"projects/a": "1"})
    os.symlink(outside / "a", source / "projects/file")
    os.symlink(outside, source / "projects/folder")
    sync()
    assert sorted(path.name for path in (data / "projects").iterdir()) == ["a"]


def test_a_source_that_is_a_link_is_an_error(sync: Sync, source: Path, outside: Path) -> None:
    os.symlink(outside, source / "linked")
    with pytest.raises(PlanInvalid, match="'linked' is a symlink, which is never followed"):
        sync(FIRST, MappingRule("linked", "projects"))


@pytest.mark.parametrize("link", ["projects", "projects/deep"])
def test_a_linked_folder_is_not_written_through(sync: Sync, source: Path, data: Path, outside: Path, link: str) -> None:
    write(source, {"projects/deep/b": "1"})
    (data / link).parent.mkdir(exist_ok=True)
    os.symlink(outside, data / link)
    before = snapshot(outside)
    with pytest.raises(PlanInvalid, match=f"'{link}' in the data directory is a symbolic link"):
        sync()
    assert snapshot(outside) == before


def test_a_linked_file_is_not_replaced(sync: Sync, source: Path, data: Path, outside: Path) -> None:
    write(source, {"projects/a": "1"})
    (data / "projects").mkdir()
    os.symlink(outside / "a", data / "projects/a")
    with pytest.raises(PlanInvalid, match="'projects/a' in the data directory is a symbolic link"):
        sync()
    assert (outside / "a").read_text() == "outside"


def test_links_below_a_destination_are_not_cleaned_and_nothing_behind_them_is(
    sync: Sync, source: Path, data: Path, outside: Path
) -> None:
    write(source, {"projects/a": "1"})
    (data / "projects").mkdir()
    os.symlink(outside, data / "projects/folder")
    os.symlink(outside / "a", data / "projects/file")
    before = snapshot(outside)
    assert sync().deleted == ()
    assert (data / "projects/folder").is_symlink()
    assert (data / "projects/file").is_symlink()
    assert snapshot(outside) == before


def test_a_folder_of_ours_that_became_a_link_is_forgotten_and_nothing_behind_it_deleted(
    sync: Sync, source: Path, data: Path, outside: Path
) -> None:
    write(source, {"projects/keep": "1", "projects/deep/b": "1"})
    sync()
    (data / "projects/deep/b").unlink()
    (data / "projects/deep").rmdir()
    os.symlink(outside / "deep", data / "projects/deep")
    (source / "projects/deep/b").unlink()
    assert sync(SECOND).deleted == ()
    assert read(outside) == {"a": "outside", "deep/b": "outside"}


def test_a_file_of_ours_that_became_a_link_is_forgotten(sync: Sync, source: Path, data: Path, outside: Path) -> None:
    write(source, {"projects/keep": "1", "projects/a": "1"})
    sync()
    (data / "projects/a").unlink()
    os.symlink(outside / "a", data / "projects/a")
    (source / "projects/a").unlink()
    assert sync(SECOND).deleted == ()
    assert (data / "projects/a").is_symlink()


def test_a_folder_that_becomes_a_link_during_the_merge_is_not_written_through(
    sync: Sync, engine: Engine, source: Path, data: Path, outside: Path, files: RefusingFiles
) -> None:
    write(source, {"projects/deep/b": "1", "projects/other/c": "1"})
    sync()
    write(source, {"projects/deep/b": "2", "projects/other/c": "2"})

    def swap() -> None:
        (data / "projects/other").rename(data / "moved")
        os.symlink(outside / "deep", data / "projects/other")

    files.before("rename", "projects/deep/b", swap)
    before = snapshot(outside)
    with pytest.raises(JournalUnsettled, match="'projects/other': move away what stands there"):
        sync(SECOND)
    assert snapshot(outside) == before
    (data / "projects/other").unlink()
    engine.settle()
    assert read(data / "projects") == {"deep/b": "1", "other/c": "1"}


def test_a_folder_that_becomes_a_link_before_the_merge_stops_it(
    sync: Sync, source: Path, data: Path, outside: Path, files: RefusingFiles
) -> None:
    write(source, {"projects/other/b": "1"})
    sync()
    write(source, {"projects/other/b": "2"})

    def swap() -> None:
        (data / "projects/other").rename(data / "moved")
        os.symlink(outside / "deep", data / "projects/other")

    files.before("create", "*/n0", swap)
    with pytest.raises(MergeFailed, match="'projects/other/b' was replaced during the sync"):
        sync(SECOND)
    assert read(outside) == {"a": "outside", "deep/b": "outside"}


def test_the_data_directory_may_itself_be_reached_through_a_link(source: Path, data: Path, tmp_path: Path) -> None:
    write(source, {"projects/a": "1"})
    os.symlink(data, tmp_path / "linked")
    engine = opened(tmp_path / "linked")
    assert run_sync(engine, source, FIRST, PROJECTS).added == ("projects/a",)
    engine.close()
