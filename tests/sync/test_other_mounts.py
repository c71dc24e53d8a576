"""Destinations on other mounts: staged at the top of their own mount, merged as one transaction with the rest."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from stoker.errors import JournalUnsettled, PlanInvalid
from stoker.sync.plan import MappingRule
from tests.fakes.files import RefusingFiles
from tests.fakes.mounts import bind, tmpfs, unmount, with_mounts
from tests.sync.conftest import FIRST, SECOND, kept, opened, read, run_sync, write
from tests.torture.mortal import DIED, in_child

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.mounts
BOTH = (MappingRule("projects", "projects"), MappingRule("core", "config/core"))


def other_file_system(data: Path, tmp_path: Path) -> None:
    """``config`` is a file system of its own."""
    tmpfs(data / "config")


def same_file_system(data: Path, tmp_path: Path) -> None:
    """``config`` is another mount of the very file system: st_dev is equal, rename fails all the same."""
    (tmp_path / "volume").mkdir()
    bind(tmp_path / "volume", data / "config")


@pytest.mark.parametrize("border", [other_file_system, same_file_system])
def test_both_sides_of_a_border_are_synced_and_hand_work_is_kept(
    data: Path, source: Path, tmp_path: Path, border: Callable[[Path, Path], None]
) -> None:
    def run() -> None:
        (data / "config").mkdir()
        border(data, tmp_path)
        write(source, {"projects/a": "1", "core/b": "1", "core/c": "1"})
        files = RefusingFiles()
        engine = opened(data, files=files)
        run_sync(engine, source, FIRST, *BOTH)
        assert any(call.path == "config/.sync-staging" for call in files.calls)
        write(data, {"config/core/b": "by hand"})
        write(source, {"projects/a": "2", "core/b": "2"})
        (source / "core/c").unlink()
        done = run_sync(engine, source, SECOND, *BOTH)
        assert (done.modified, done.deleted) == (("config/core/b", "projects/a"), ("config/core/c",))
        assert read(data) == {"projects/a": "2", "config/core/b": "2"}
        assert kept(data) == {"config/core/b": "by hand"}
        assert not (data / "config/.sync-staging").exists()

    with_mounts(run)


def test_a_failure_beyond_the_border_undoes_both_sides_and_leaves_nothing(data: Path, source: Path) -> None:
    def run() -> None:
        (data / "config").mkdir()
        tmpfs(data / "config")
        write(source, {"projects/a": "1", "core/b": "1", "projects/gone": "1"})
        files = RefusingFiles()
        engine = opened(data, files=files)
        run_sync(engine, source, FIRST, *BOTH)
        write(data, {"config/core/b": "by hand"})
        write(source, {"projects/a": "2", "core/b": "2"})
        (source / "projects/gone").unlink()
        files.refuse("write", ".stoker/manifest", 28)
        with pytest.raises(Exception, match="free space"):
            run_sync(engine, source, SECOND, *BOTH)
        assert read(data) == {"projects/a": "1", "config/core/b": "by hand", "projects/gone": "1"}
        assert kept(data) == {}
        files.allow()
        assert run_sync(engine, source, SECOND, *BOTH).kept == ("config/core/b",)

    with_mounts(run)


def test_a_merge_that_was_killed_waits_for_the_volume_it_was_on(data: Path, source: Path) -> None:
    def run() -> None:
        (data / "config").mkdir()
        tmpfs(data / "config")
        write(source, {"projects/a": "1", "core/b": "1"})
        files = RefusingFiles()
        files.before("rename", "config/core/b", lambda: os._exit(DIED))
        assert in_child(lambda: run_sync(opened(data, files=files), source, FIRST, *BOTH)) == DIED
        tmpfs_again = data / "config"
        bind(tmpfs_again, data / "elsewhere")
        unmount(tmpfs_again)
        with pytest.raises(JournalUnsettled, match=r"'config'.*mount that volume again"):
            opened(data)
        bind(data / "elsewhere", tmpfs_again)
        opened(data).close()
        assert read(data / "config") == {"core/b": "1"}
        assert read(data / "projects") == {"a": "1"}

    (data / "elsewhere").mkdir()
    with_mounts(run)


def test_a_file_that_is_a_mount_is_an_error_of_the_plan(data: Path, source: Path) -> None:
    def run() -> None:
        write(data, {"projects/a": "mounted", "outside": "mounted"})
        bind(data / "outside", data / "projects/a")
        write(source, {"projects/a": "1"})
        with pytest.raises(PlanInvalid, match=r"'projects/a'.*mount of its own.*exclude it"):
            run_sync(opened(data), source)
        assert (data / "outside").read_text() == "mounted"

    with_mounts(run)
