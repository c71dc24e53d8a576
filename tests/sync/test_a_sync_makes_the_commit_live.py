"""What a sync hands back, and in which order it makes a commit live."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import msgspec

from stoker.sync.plan import MappingRule
from tests.sync.conftest import FIRST, PROJECTS, SECOND, Sync, read, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.files import RefusingFiles


def test_files_are_added_modified_deleted_and_counted(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1", "projects/deep/b": "1", "projects/same": "1"})
    done = sync()
    assert (done.added, done.unchanged) == (("projects/a", "projects/deep/b", "projects/same"), 0)
    write(source, {"projects/a": "2", "projects/c": "1"})
    shutil.rmtree(source / "projects/deep")
    done = sync(SECOND)
    assert (done.added, done.modified, done.deleted) == (("projects/c",), ("projects/a",), ("projects/deep/b",))
    assert (done.unchanged, done.files_changed) == (1, 3)
    assert 0 < done.duration < 60
    assert read(data) == {"projects/a": "2", "projects/c": "1", "projects/same": "1"}


def test_projects_are_found_by_their_project_json(sync: Sync, source: Path) -> None:
    write(source, {f"projects/{name}/project.json": "{}" for name in ("Line 2", "Line 1")})
    write(source, {"projects/none/x": "1", "projects/Line 1/deep/project.json": "{}"})
    assert sync().projects == ("Line 1", "Line 2")
    assert sync().projects == ("Line 1", "Line 2")


def test_payloads_come_first_resource_json_after_them_and_deletions_last(
    sync: Sync, source: Path, data: Path, files: RefusingFiles
) -> None:
    write(source, {"projects/old/resource.json": "1", "projects/old/view.json": "1", "projects/p/resource.json": "1"})
    sync()
    shutil.rmtree(source / "projects/old")
    write(source, {"projects/p/resource.json": "2", "projects/p/view.json": "2", "projects/a/resource.json": "2"})
    write(source, {"projects/z/thumbnail.png": "2"})
    files.calls.clear()
    sync(SECOND)
    assert [
        call.path for call in files.calls if call.op in ("rename", "unlink") and call.path.startswith("projects")
    ] == [
        *("projects/p/view.json", "projects/z/thumbnail.png"),
        *("projects/a/resource.json", "projects/p/resource.json"),
        *("projects/old/resource.json", "projects/old/view.json"),
    ]


def test_names_of_all_kinds_are_written_and_cleaned(sync: Sync, source: Path, data: Path) -> None:
    names = {
        f"projects/{name}/v": "1" for name in ("Line 1 (old)", "Förderband", "a'b\"c", "[x]{y}*", "n" * 255, "工場")
    }
    write(source, names)
    sync(FIRST, PROJECTS)
    assert read(data) == names
    shutil.rmtree(source / "projects")
    sync(SECOND, PROJECTS, MappingRule("projects", "x"))
    assert read(data) == {}


def test_a_hand_made_name_that_is_no_text_is_cleaned_and_kept_too(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1"})
    sync()
    stray = data / "projects" / "b\udcffd"
    stray.write_text("designer")
    shown = ("projects/b\\xffd",)  # as status, history and log can hold it
    done = sync(drift="report")
    assert (done.drift, json.loads(msgspec.json.encode(done.drift))) == (shown, list(shown))
    assert sync(spare=frozenset(done.drift)).files_changed == 0
    done = sync(SECOND)
    assert (done.kept, done.deleted, done.drift) == (shown, shown, shown)
    assert [path.read_text() for path in (data / done.kept_in / "projects").iterdir()] == ["designer"]
