"""Mappings apply top to bottom, later ones overlay earlier; destinations are normalised; types are inferred."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.errors import PlanInvalid
from stoker.sync.plan import MappingRule
from tests.sync.conftest import FIRST, SECOND, Sync, read, write

if TYPE_CHECKING:
    from pathlib import Path


def test_later_mappings_overlay_earlier_ones_file_by_file(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"base/a": "base", "base/b": "base", "site/a": "site"})
    sync(FIRST, MappingRule("base", "projects"), MappingRule("site", "projects"))
    assert read(data) == {"projects/a": "site", "projects/b": "base"}
    sync(SECOND, MappingRule("site", "projects"), MappingRule("base", "projects"))
    assert read(data) == {"projects/a": "base", "projects/b": "base"}


def test_a_file_mapping_overlays_a_file_of_a_folder_mapping(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"base/conf": "base", "own": "own"})
    sync(FIRST, MappingRule("base", "config/x"), MappingRule("own", "config/x/conf"))
    assert read(data) == {"config/x/conf": "own"}


def test_a_later_folder_replaces_an_earlier_file_of_its_name_and_the_other_way_round(
    sync: Sync, source: Path, data: Path
) -> None:
    write(source, {"file/x": "file", "folder/x/y": "folder", "folder/z": "z"})
    sync(FIRST, MappingRule("file", "p"), MappingRule("folder", "p"))
    assert read(data) == {"p/x/y": "folder", "p/z": "z"}
    sync(SECOND, MappingRule("folder", "p"), MappingRule("file", "p"))
    assert read(data) == {"p/x": "file", "p/z": "z"}


def test_an_overlay_of_an_executable_is_as_the_later_mapping_says(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"base/run": "base", "site/run": "site"})
    (source / "base/run").chmod(0o755)
    sync(FIRST, MappingRule("base", "p"), MappingRule("site", "p"))
    assert (data / "p/run").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("destination", ["config/x", "./config//x/", "config/./x", "config/x/."])
def test_destinations_are_normalised(sync: Sync, source: Path, data: Path, destination: str) -> None:
    write(source, {"base/a": "1"})
    sync(FIRST, MappingRule("base", destination))
    assert read(data) == {"config/x/a": "1"}


@pytest.mark.parametrize("destination", ["", ".", "./"])
def test_a_folder_may_be_mapped_to_the_data_directory_itself(
    sync: Sync, source: Path, data: Path, destination: str
) -> None:
    write(source, {"base/config/a": "1"})
    sync(FIRST, MappingRule("base", destination))
    assert read(data) == {"config/a": "1"}


def test_a_file_cannot_be_mapped_to_the_data_directory_itself(sync: Sync, source: Path) -> None:
    write(source, {"base": "1"})
    with pytest.raises(PlanInvalid, match=r"mapping 1 \(source 'base'\).*name the file"):
        sync(FIRST, MappingRule("base", "."))


@pytest.mark.parametrize("path", ["/etc", "../x", "projects/../../x", "a/..", "a\\b", "x/.git/y", "n" * 256, "a\nb"])
@pytest.mark.parametrize("side", ["source", "destination"])
def test_a_path_that_is_absolute_climbs_or_cannot_be_is_an_error(
    sync: Sync, source: Path, data: Path, path: str, side: str
) -> None:
    write(source, {"projects/a": "1"})
    rule = MappingRule("projects", path) if side == "destination" else MappingRule(path, "projects")
    with pytest.raises(PlanInvalid, match=f"mapping 1 .*: {side}"):
        sync(FIRST, rule)
    assert read(data) == {}


@pytest.mark.parametrize(("kind", "found"), [("file", "dir"), ("dir", "file")])
def test_a_type_that_is_not_what_the_repository_holds_is_an_error(
    sync: Sync, source: Path, kind: str, found: str
) -> None:
    write(source, {"dir/a": "1", "file": "1"})
    with pytest.raises(
        PlanInvalid, match=f"mapping 1 .*: type mismatch: type is {kind}, but '{found}' is a {found} in the repository"
    ):
        sync(FIRST, MappingRule(found, "x", type=kind))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["dir", None])
def test_a_type_left_out_is_what_the_repository_holds(sync: Sync, source: Path, data: Path, kind: None) -> None:
    write(source, {"dir/a": "1", "file": "1"})
    sync(FIRST, MappingRule("dir", "x", type=kind), MappingRule("file", "y"))
    assert read(data) == {"x/a": "1", "y": "1"}
