"""Adding, changing, deleting, adopting; and nothing written when nothing changed."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from stoker.errors import PlanInvalid
from stoker.sync.plan import MappingRule
from tests.sync.conftest import Sync, write

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.sync.engine import Engine


def test_files_are_added_modified_and_deleted(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1", "projects/deep/b": "1"})
    assert sync().added == ("projects/a", "projects/deep/b")
    write(source, {"projects/a": "2", "projects/c": "1"})
    shutil.rmtree(source / "projects/deep")
    done = sync("2" * 40)
    assert (done.added, done.modified, done.deleted) == (("projects/c",), ("projects/a",), ("projects/deep/b",))
    assert (data / "projects/a").read_text() == "2"
    assert not (data / "projects/deep").exists()


def test_an_unchanged_commit_writes_nothing(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1"})
    sync()
    before = {path: path.stat().st_mtime_ns for path in data.rglob("*")}
    assert sync().files_changed == 0
    assert {path: path.stat().st_mtime_ns for path in data.rglob("*")} == before


def test_a_live_file_with_the_wanted_content_is_adopted(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1"})
    write(data, {"projects/a": "1"})
    inode = (data / "projects/a").stat().st_ino
    assert sync().files_changed == 0
    assert (data / "projects/a").stat().st_ino == inode


def test_a_replaced_file_keeps_its_mode_and_a_new_one_has_the_usual(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1", "projects/run": "x"})
    (source / "projects/run").chmod(0o755)
    sync()
    assert (data / "projects/a").stat().st_mode & 0o777 == 0o644
    assert (data / "projects/run").stat().st_mode & 0o777 == 0o755
    (data / "projects/a").chmod(0o640)
    write(source, {"projects/a": "2"})
    sync("2" * 40)
    assert (data / "projects/a").stat().st_mode & 0o777 == 0o640


def test_later_mappings_overlay_earlier_ones(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"base/a": "base", "base/b": "base", "site/a": "site"})
    sync("1" * 40, MappingRule("base", "projects"), MappingRule("site", "projects"))
    assert (data / "projects/a").read_text() == "site"
    assert (data / "projects/b").read_text() == "base"


def test_what_no_mapping_manages_any_more_is_cleaned(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"one/a": "1", "two/b": "1"})
    sync("1" * 40, MappingRule("one", "projects"), MappingRule("two", "config/x"))
    done = sync("2" * 40, MappingRule("one", "projects"))
    assert done.deleted == ("config/x/b",)


def test_an_absent_source_is_skipped_unless_required(sync: Sync, source: Path) -> None:
    write(source, {"projects/a": "1"})
    assert sync("1" * 40, MappingRule("projects", "projects"), MappingRule("absent", "x")).files_changed == 1
    with pytest.raises(PlanInvalid, match="absent"):
        sync("2" * 40, MappingRule("absent", "x", required=True))


@pytest.mark.parametrize("destination", ["/etc", "../x", "projects/../../x"])
def test_a_path_that_climbs_out_is_refused(sync: Sync, source: Path, destination: str) -> None:
    write(source, {"projects/a": "1"})
    with pytest.raises(PlanInvalid):
        sync("1" * 40, MappingRule("projects", destination))


def test_links_are_neither_written_nor_written_through(sync: Sync, source: Path, data: Path, tmp_path: Path) -> None:
    write(source, {"projects/a": "1"})
    os.symlink("/etc/passwd", source / "projects/link")
    sync()
    assert not os.path.lexists(data / "projects/link")
    outside = tmp_path / "outside"
    outside.mkdir()
    os.symlink(outside, data / "projects/sub")
    write(source, {"projects/sub/b": "1"})
    with pytest.raises(PlanInvalid, match="symbolic link"):
        sync("2" * 40)
    assert not list(outside.iterdir())


def test_a_type_change_goes_both_ways(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/x/y": "1"})
    sync()
    shutil.rmtree(source / "projects/x")
    write(source, {"projects/x": "file"})
    sync("2" * 40)
    assert (data / "projects/x").read_text() == "file"
    (source / "projects/x").unlink()
    write(source, {"projects/x/y": "again"})
    sync("3" * 40)
    assert (data / "projects/x/y").read_text() == "again"


def test_a_dry_run_computes_the_same_and_writes_nothing(sync: Sync, source: Path, data: Path, engine: Engine) -> None:
    write(source, {"projects/a": "1"})
    assert sync(dry_run=True).added == ("projects/a",)
    assert not (data / "projects").exists()
    assert not engine.announcement_owed


def test_the_announcement_is_owed_until_it_is_made_and_survives_a_restart(
    sync: Sync, source: Path, engine: Engine
) -> None:
    write(source, {"projects/a": "1"})
    sync()
    engine.close()
    engine.open()
    engine.settle()
    assert engine.announcement_owed
    engine.announced()
    assert not engine.announcement_owed
