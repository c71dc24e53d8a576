"""Excluded paths are neither written nor cleaned: by pattern, for ever, or unless a destination names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.errors import PlanInvalid
from stoker.ignition.layout import NEVER_TOUCH
from stoker.sync.plan import MappingRule, SyncRequest
from stoker.sync.source import DirectoryTree
from tests.sync.conftest import FIRST, PROJECTS, SECOND, THIRD, Sync, read, write

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.sync.engine import Engine


@pytest.mark.parametrize("pattern", ["**/secret", "**/secret/", "**/secret/**", "projects/secret", "projects/s*t/"])
def test_a_pattern_that_matches_a_folder_excludes_all_below_from_writing_and_cleaning(
    sync: Sync, source: Path, data: Path, pattern: str
) -> None:
    write(source, {"projects/a": "1", "projects/secret/deep/x": "1"})
    write(data, {"projects/secret/deep/live": "stays", "projects/stray": "goes"})
    sync(excludes=(pattern,))
    assert read(data) == {"projects/a": "1", "projects/secret/deep/live": "stays"}


def test_a_work_tree_s_git_is_left_alone_whatever_is_excluded(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1", "projects/b/.gitkeep": "wanted"})
    write(data, {"projects/.git/config": "a work tree"})
    assert sync(excludes=("**/*.bak",)).deleted == ()
    assert read(data) == {"projects/.git/config": "a work tree", "projects/a": "1", "projects/b/.gitkeep": "wanted"}


def test_a_pattern_that_is_no_glob_is_named_as_an_exclude(sync: Sync, source: Path) -> None:
    write(source, {"projects/a": "1"})
    with pytest.raises(PlanInvalid, match=r"invalid exclude pattern: .*\[abc"):
        sync(excludes=("[abc",))


def test_patterns_are_relative_to_the_data_directory(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"repo/a": "1", "repo/b": "1"})
    sync(FIRST, MappingRule("repo", "projects"), excludes=("repo/a", "projects/b"))
    assert read(data) == {"projects/a": "1"}


def test_a_file_that_becomes_excluded_stays_as_it_is(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1", "projects/b": "1"})
    sync()
    write(source, {"projects/a": "2"})
    assert sync(SECOND, excludes=("projects/a",)).files_changed == 0
    (source / "projects/a").unlink()
    assert sync(THIRD, excludes=("projects/a",)).files_changed == 0
    assert read(data) == {"projects/a": "1", "projects/b": "1"}


def test_and_is_managed_again_when_it_is_not_excluded_any_more(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1", "projects/b": "1"})
    sync()
    (source / "projects/a").unlink()
    sync(SECOND, excludes=("projects/a",))
    assert sync(THIRD).deleted == ("projects/a",)


@pytest.mark.parametrize("pattern", ["/projects/a", "./projects/a", "projects//a/", "../projects/a"])
def test_a_pattern_that_no_path_can_match_is_warned_of_with_the_one_that_is_meant(
    engine: Engine, source: Path, pattern: str
) -> None:
    write(source, {"projects/a": "1"})
    request = SyncRequest(FIRST, "main", DirectoryTree(source), (PROJECTS,), excludes=(pattern, "projects/b/", "**/c"))
    (warning,) = engine.prepare(request).changes.warnings
    assert f"{pattern!r} excludes nothing" in warning
    assert warning.endswith("write 'projects/a'")


def test_a_bad_pattern_is_an_error_that_names_it(sync: Sync, source: Path) -> None:
    write(source, {"projects/a": "1"})
    with pytest.raises(PlanInvalid, match=r"'projects/\[x' has a '\['"):
        sync(excludes=("projects/[x",))


ALWAYS = ["projects/.resources/x", "projects/p/.resources/deep/x", "projects/.uuid", "projects/.sync-staging/x"]


@pytest.mark.parametrize("path", ALWAYS)
def test_some_paths_are_always_excluded(sync: Sync, source: Path, data: Path, path: str) -> None:
    write(source, {path: "repository", "projects/a": "1"})
    sync()
    assert not (data / path).exists()
    write(data, {path: "gateway"})
    sync(SECOND)
    assert (data / path).read_text() == "gateway"


@pytest.mark.parametrize("destination", [".stoker", ".stoker/kept/x", ".sync-staging", "projects/.resources", ".uuid"])
def test_a_destination_in_them_is_an_error(sync: Sync, source: Path, destination: str) -> None:
    write(source, {"projects/a": "1"})
    with pytest.raises(PlanInvalid, match="lies in what is never written"):
        sync(FIRST, MappingRule("projects", destination))


# One path for each line of the list, as the gateway would have it.
NEVER = {glob: glob.replace("/**", "/x/y").replace("*", "_1") for glob in NEVER_TOUCH}


@pytest.mark.parametrize("path", NEVER.values(), ids=NEVER)
def test_the_gateways_own_is_never_written_or_cleaned_by_a_mapping_above_it(
    sync: Sync, source: Path, data: Path, path: str
) -> None:
    write(source, {f"all/{path}": "repository", "all/config/a": "1", "all/var2": "1"})
    write(data, {f"{path}2": "gateway"} if "/" in path else {path: "gateway"})
    before = read(data)
    sync(FIRST, MappingRule("all", "."), MappingRule("all/config", "config"))
    assert read(data) == {**before, "config/a": "1", "var2": "1"}


@pytest.mark.parametrize("path", NEVER.values(), ids=NEVER)
def test_a_destination_that_names_it_writes_there(sync: Sync, source: Path, data: Path, path: str) -> None:
    write(source, {"own": "repository"})
    sync(FIRST, MappingRule("own", path))
    assert read(data) == {path: "repository"}


def test_a_destination_inside_manages_nothing_beside_itself(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"own/a": "1", "all/config/local/b": "1", "all/config/c": "1"})
    write(data, {"config/local/theirs": "stays", "config/local/own/stray": "goes"})
    sync(FIRST, MappingRule("all/config", "config"), MappingRule("own", "config/local/own"))
    assert read(data) == {"config/local/own/a": "1", "config/local/theirs": "stays", "config/c": "1"}


def test_the_list_is_meant_at_the_root_of_the_data_directory(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/var/a": "1", "projects/db/b": "1", "projects/modules.json": "{}"})
    assert len(sync().added) == 3


def test_a_temporary_file_is_the_gateways_unless_we_wrote_it(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1", "projects/x.tmp": "repository", "own": "1"})
    write(data, {"projects/p/view.json.tmp": "gateway", "projects/f.tmp/part": "gateway"})
    named = (PROJECTS, MappingRule("own", "projects/own.tmp"), MappingRule("projects", "config/d.tmp"))
    sync(FIRST, *named)
    theirs = {"projects/p/view.json.tmp": "gateway", "projects/f.tmp/part": "gateway"}
    ours = {"projects/own.tmp": "1", "config/d.tmp/a": "1", "config/d.tmp/x.tmp": "repository"}
    assert read(data) == {"projects/a": "1", **theirs, **ours}
    assert sync(SECOND).deleted == tuple(sorted(ours))
    assert read(data) == {"projects/a": "1", **theirs}
