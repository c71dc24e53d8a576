"""A large new folder goes live as a whole; where that cannot be, its files go live one by one, and nothing else differs."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from stoker.errors import MergeFailed
from stoker.sync.plan import MappingRule
from tests.fakes.mounts import tmpfs, with_mounts
from tests.sync.conftest import FIRST, PROJECTS, SECOND, opened, read, run_sync, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from stoker.sync.engine import Engine
    from tests.fakes.files import RefusingFiles

OLD = {"projects/old/a": "1"}
NEW = {"projects/new/project.json": "{}", "projects/new/views/resource.json": "{}", "projects/new/views/view.json": "1"}


@pytest.fixture
def grafting(data: Path, source: Path, files: RefusingFiles) -> Iterator[Engine]:
    """An engine to which three files are many, one commit live, and three files in a new folder to come."""
    engine = opened(data, files=files, graft_from=3)
    write(source, OLD)
    run_sync(engine, source)
    write(source, NEW)
    files.calls.clear()
    yield engine
    engine.close()


def live(files: RefusingFiles) -> list[tuple[str, str]]:
    return [(call.op, call.path) for call in files.calls if call.path.startswith("projects")]


def test_a_large_new_folder_goes_live_by_one_rename(
    grafting: Engine, source: Path, data: Path, files: RefusingFiles
) -> None:
    run_sync(grafting, source, SECOND)
    assert live(files) == [("rename", "projects/new")]
    assert read(data) == OLD | NEW
    assert run_sync(grafting, source, SECOND).files_changed == 0


def test_a_small_one_file_by_file(grafting: Engine, source: Path, files: RefusingFiles) -> None:
    (source / "projects/new/project.json").unlink()
    run_sync(grafting, source, SECOND)
    assert ("mkdir", "projects/new") in live(files)
    assert ("rename", "projects/new") not in live(files)


def test_a_folder_that_somebody_made_meanwhile_keeps_what_they_put_there(
    grafting: Engine, source: Path, data: Path, files: RefusingFiles
) -> None:
    files.before("rename", ".stoker/journal", lambda: write(data, {"projects/new/.resources/cache": "theirs"}))
    run_sync(grafting, source, SECOND)
    assert read(data) == OLD | NEW | {"projects/new/.resources/cache": "theirs"}


def test_also_one_that_is_made_in_the_last_moment(
    grafting: Engine, source: Path, data: Path, files: RefusingFiles
) -> None:
    files.before("rename", "projects/new", lambda: write(data, {"projects/new/project.json": "theirs"}))
    done = run_sync(grafting, source, SECOND)
    assert read(data) == OLD | NEW
    assert (data / done.kept_in / "projects/new/project.json.late").read_text() == "theirs"
    assert not (data / ".sync-staging").exists()


@pytest.mark.parametrize("code", [errno.EXDEV, errno.EPERM, errno.EACCES], ids=errno.errorcode.get)
def test_where_folders_cannot_be_moved_files_are(
    grafting: Engine, source: Path, data: Path, files: RefusingFiles, code: int
) -> None:
    files.refuse("rename", "projects/new", code)
    run_sync(grafting, source, SECOND)
    assert read(data) == OLD | NEW


def test_an_undone_merge_takes_it_away_but_for_what_others_put_there(
    grafting: Engine, source: Path, data: Path, files: RefusingFiles
) -> None:
    files.before("write", ".stoker/manifest", lambda: write(data, {"projects/new/.resources/cache": "theirs"}))
    files.refuse("write", ".stoker/manifest", errno.ENOSPC)
    with pytest.raises(MergeFailed):
        run_sync(grafting, source, SECOND)
    assert read(data) == OLD | {"projects/new/.resources/cache": "theirs"}
    assert not (data / "projects/new/views").exists()


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o000], ids=oct)
def test_its_folders_have_the_usual_mode_under_any_umask(grafting: Engine, source: Path, data: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        run_sync(grafting, source, SECOND)
    finally:
        os.umask(before)
    found = [(data / path).stat().st_mode & 0o7777 for path in ("projects/new", "projects/new/views")]
    assert found == [0o755, 0o755]


def test_its_folders_have_the_group_that_their_place_hands_down(grafting: Engine, source: Path, data: Path) -> None:
    group = 2003 if os.geteuid() == 0 else (os.getgroups() or [os.getegid()])[-1]
    os.chown(data / "projects", -1, group)
    (data / "projects").chmod(0o2775)
    run_sync(grafting, source, SECOND)
    found = (data / "projects/new/views").stat()
    assert (found.st_gid, found.st_mode & 0o7777) == (group, 0o2755)


def test_a_folder_in_the_place_of_a_file_waits_until_that_is_gone(grafting: Engine, source: Path, data: Path) -> None:
    write(source, {"projects/old/b/1": "2", "projects/old/b/2": "2", "projects/old/b/3": "2"})
    (source / "projects/old/a").unlink()
    (source / "projects/old/a").mkdir()
    write(source, {"projects/old/a/1": "2", "projects/old/a/2": "2", "projects/old/a/3": "2"})
    run_sync(grafting, source, SECOND)
    assert read(data) == read(source)


@pytest.mark.mounts
def test_on_another_mount_it_is_staged_there(data: Path, source: Path, files: RefusingFiles) -> None:
    def run() -> None:
        (data / "config").mkdir()
        tmpfs(data / "config")
        write(source, NEW | {f"core/new/{name}": "1" for name in "abc"})
        with_config = opened(data, files=files, graft_from=3)
        run_sync(with_config, source, FIRST, PROJECTS, MappingRule("core", "config/core"))
        assert {"projects", "config/core"} <= {call.path for call in files.calls if call.op == "rename"}
        assert (data / "config/core/new/c").read_text() == "1"

    with_mounts(run)
