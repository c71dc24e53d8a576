"""Staging begins on an empty folder whoever left something there, and errors name what, where and the remedy."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from stoker.errors import StagingFailed
from stoker.sync.plan import SyncRequest
from stoker.sync.source import DirectoryTree
from tests.sync.conftest import FIRST, PROJECTS, Sync, opened, read, write

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.sync.engine import Engine
    from tests.fakes.files import RefusingFiles


def test_what_an_abandoned_sync_staged_is_no_obstacle(engine: Engine, sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1"})
    engine.stage(engine.prepare(SyncRequest(FIRST, "main", DirectoryTree(source), (PROJECTS,))))
    assert sync().files_changed == 1
    assert not (data / ".sync-staging").exists()


def test_a_tree_left_in_staging_by_an_older_release_is_removed(data: Path, tmp_path: Path) -> None:
    write(tmp_path, {"outside/stays": "x"})
    write(data, {".sync-staging/projects/p/view.json": "x"})
    os.symlink(tmp_path / "outside", data / ".sync-staging/projects/link")
    opened(data).close()
    assert not (data / ".sync-staging").exists()
    assert (tmp_path / "outside/stays").exists()


@pytest.mark.parametrize(
    ("code", "remedy"),
    [(errno.ENOSPC, "free space"), (errno.EROFS, "mount the volume writable"), (errno.EIO, "check the disk")],
)
def test_a_refusal_while_staging_names_place_and_remedy_and_leaves_the_old_state(
    sync: Sync, source: Path, data: Path, files: RefusingFiles, code: int, remedy: str
) -> None:
    write(source, {"projects/a": "1"})
    sync()
    write(source, {"projects/a": "2"})
    files.refuse("write", "*/n0", code)
    with pytest.raises(StagingFailed, match=rf"{data}.*\.sync-staging/n0.*{remedy}"):
        sync("2" * 40)
    assert read(data) == {"projects/a": "1"}
    assert not (data / ".sync-staging").exists()
    files.allow()
    assert sync("2" * 40).modified == ("projects/a",)


def test_an_error_of_the_kernel_names_the_whole_path(
    sync: Sync, source: Path, files: RefusingFiles, data: Path
) -> None:
    write(source, {"projects/deep/a": "1"})
    sync()
    write(source, {"projects/deep/a": "2"})
    files.before("create", "*/n0", (data / ".sync-staging").rmdir)
    with pytest.raises(StagingFailed, match=r"'\.sync-staging/n0'"):
        sync("2" * 40)
