"""An optional mapping without a source manages nothing, but what it wrote is cleaned; a required one is an error."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from stoker.errors import PlanInvalid
from stoker.sync.plan import MappingRule
from tests.sync.conftest import FIRST, PROJECTS, SECOND, THIRD, Sync, read, write

if TYPE_CHECKING:
    from pathlib import Path


def test_an_optional_mapping_without_a_source_manages_nothing(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1"})
    write(data, {"config/x/theirs": "stays"})
    assert sync(FIRST, PROJECTS, MappingRule("absent", "config/x")).added == ("projects/a",)
    assert read(data) == {"projects/a": "1", "config/x/theirs": "stays"}


def test_what_an_optional_mapping_wrote_is_cleaned_when_its_source_goes(sync: Sync, source: Path, data: Path) -> None:
    rules = (PROJECTS, MappingRule("core", "config/x"))
    write(source, {"projects/a": "1", "core/b": "1"})
    sync(FIRST, *rules)
    write(data, {"config/x/theirs": "stays"})
    shutil.rmtree(source / "core")
    assert sync(SECOND, *rules).deleted == ("config/x/b",)
    assert read(data) == {"projects/a": "1", "config/x/theirs": "stays"}


def test_that_holds_where_only_the_mapping_names_what_is_never_touched(sync: Sync, source: Path, data: Path) -> None:
    rules = (PROJECTS, MappingRule("own", "config/resources/local/own"))
    write(source, {"projects/a": "1", "own/b": "1"})
    sync(FIRST, *rules)
    shutil.rmtree(source / "own")
    assert sync(SECOND, *rules).deleted == ("config/resources/local/own/b",)
    write(source, {"own/b": "2"})
    assert sync(THIRD, *rules).added == ("config/resources/local/own/b",)


def test_a_required_source_that_is_missing_is_an_error_that_changes_nothing(
    sync: Sync, source: Path, data: Path
) -> None:
    write(source, {"projects/a": "1"})
    with pytest.raises(
        PlanInvalid, match=r"mapping 2 .*required source does not exist: 'absent' is not in commit 111111111111"
    ):
        sync(FIRST, PROJECTS, MappingRule("absent", "x", required=True))
    assert read(data) == {}
