"""Clean deletes below managed destinations, and what an earlier sync wrote that nothing manages any more; no more."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from stoker.sync.plan import MappingRule
from tests.sync.conftest import FIRST, PROJECTS, SECOND, Sync, read, write

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_mapping_cleans_what_is_below_it_and_nothing_beside_it(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1"})
    write(data, {"projects/deep/stray": "x", "projects2/stray": "x", "stray": "x", "config/stray": "x"})
    assert sync().deleted == ("projects/deep/stray",)
    assert read(data) == {"projects/a": "1", "projects2/stray": "x", "stray": "x", "config/stray": "x"}


def test_a_file_mapping_manages_just_that_file(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"conf": "1"})
    write(data, {"config/theirs": "x"})
    sync(FIRST, MappingRule("conf", "config/ours"))
    assert read(data) == {"config/ours": "1", "config/theirs": "x"}


def test_the_data_directory_itself_as_destination_manages_only_what_we_wrote(
    sync: Sync, source: Path, data: Path
) -> None:
    write(source, {"all/projects/a": "1", "all/b": "1"})
    write(data, {"projects/theirs": "x", "theirs": "x"})
    sync(FIRST, MappingRule("all", "."))
    shutil.rmtree(source / "all/projects")
    assert sync(SECOND, MappingRule("all", ".")).deleted == ("projects/a",)
    assert read(data) == {"b": "1", "projects/theirs": "x", "theirs": "x"}


def test_what_no_mapping_manages_any_more_is_cleaned_and_the_rest_there_stays(
    sync: Sync, source: Path, data: Path
) -> None:
    write(source, {"projects/a": "1", "core/b": "1", "core/deep/c": "1"})
    sync(FIRST, PROJECTS, MappingRule("core", "config/core"))
    write(data, {"config/core/theirs": "x"})
    assert sync(SECOND).deleted == ("config/core/b", "config/core/deep/c")
    assert read(data) == {"projects/a": "1", "config/core/theirs": "x"}


def test_an_adopted_file_is_an_earlier_syncs_too(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1", "conf": "1"})
    write(data, {"config/x": "1"})
    sync(FIRST, PROJECTS, MappingRule("conf", "config/x"))
    assert sync(SECOND).deleted == ("config/x",)


def test_folders_that_deletions_leave_empty_go_too_but_not_the_destination(
    sync: Sync, source: Path, data: Path
) -> None:
    write(source, {"projects/keep": "1", "projects/p/deep/a": "1", "core/only": "1"})
    sync(FIRST, PROJECTS, MappingRule("core", "config/core"))
    shutil.rmtree(source / "projects/p")
    (source / "core/only").rename(source / "core/other")
    sync(SECOND, PROJECTS, MappingRule("core", "config/core", required=True))
    assert not (data / "projects/p").exists()
    (source / "core/other").rename(source / "elsewhere")
    sync("3" * 40, PROJECTS, MappingRule("core", "config/core"))
    assert (data / "config/core").is_dir()


def test_an_emptied_folder_stays_for_what_is_excluded_in_it(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/keep": "1", "projects/p/a": "1"})
    sync()
    write(data, {"projects/p/.resources/x": "gateway"})
    (data / "projects/p/own.tmp").mkdir()
    shutil.rmtree(source / "projects/p")
    sync(SECOND)
    assert read(data) == {"projects/keep": "1", "projects/p/.resources/x": "gateway"}
    assert (data / "projects/p/own.tmp").is_dir()
