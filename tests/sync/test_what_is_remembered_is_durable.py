"""The scan's debt, notes, commit and profile are on the disk when the call returns, and survive a kill."""

from __future__ import annotations

import errno
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from stoker.errors import MergeFailed, StagingFailed
from tests.fakes.files import RefusingFiles
from tests.sync.conftest import FIRST, SECOND, Sync, opened, run_sync, write
from tests.torture.mortal import DIED, in_child

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.sync.engine import Engine


def test_a_merge_owes_an_announcement_until_it_is_made(sync: Sync, engine: Engine, source: Path) -> None:
    owed = [engine.announcement_owed]
    write(source, {"projects/a": "1"})
    sync()
    owed.append(engine.announcement_owed)
    assert sync(SECOND).files_changed == 0
    owed.append(engine.announcement_owed)  # a later commit that changes nothing pays no debt
    engine.announced()
    owed.append(engine.announcement_owed)
    assert owed == [False, True, True, False]


def test_the_debt_survives_a_kill_right_after_the_merge(source: Path, data: Path) -> None:
    write(source, {"projects/a": "1"})

    def killed() -> None:
        run_sync(opened(data), source)
        os._exit(DIED)

    assert in_child(killed) == DIED
    again = opened(data)
    assert (again.announcement_owed, again.applied_commit) == (True, FIRST)
    again.announced()
    again.close()
    last = opened(data)
    assert not last.announcement_owed
    last.close()


@pytest.mark.parametrize("moment", ["projects/b", ".stoker/manifest", ".sync-staging", ".stoker/journal"])
def test_and_a_kill_within_it(source: Path, data: Path, moment: str) -> None:
    write(source, {"projects/a": "1", "projects/b": "1"})
    op = {"projects/b": "rename", ".stoker/manifest": "write", ".sync-staging": "rmdir", ".stoker/journal": "unlink"}
    files = RefusingFiles()
    files.before(op[moment], moment, lambda: os._exit(DIED))
    assert in_child(lambda: run_sync(opened(data, files=files), source)) == DIED
    again = opened(data)
    assert (again.announcement_owed, again.applied_commit) == (True, FIRST)
    again.close()


def test_an_undone_merge_owes_nothing(sync: Sync, engine: Engine, source: Path, files: RefusingFiles) -> None:
    write(source, {"projects/a": "1"})
    files.refuse("rename", "projects/a", errno.EIO)
    with pytest.raises(MergeFailed):
        sync()
    assert (engine.announcement_owed, engine.applied_commit) == (False, None)


def test_a_note_is_on_the_disk_when_the_call_returns(engine: Engine, data: Path, files: RefusingFiles) -> None:
    engine.note("handled", "token 1")
    assert files.at("write", ".stoker/manifest") < files.at("fsync", ".stoker/manifest")
    assert next(call.path for call in files.calls if call.op == "fsync") == ".stoker", "the log's name is too"
    copy = opened_copy(data)
    assert copy.notes == {"handled": "token 1"}


def opened_copy(data: Path) -> Engine:
    """What a process would find that starts now: the directory as it is on the disk, without its lock."""
    shutil.copytree(data, data.parent / "copy")
    return opened(data.parent / "copy")


def test_a_note_already_held_writes_nothing(engine: Engine, files: RefusingFiles) -> None:
    engine.note("handled", "token 1")
    files.calls.clear()
    engine.note("handled", "token 1")
    assert files.calls == []


def test_a_note_that_cannot_be_written_is_an_error_and_not_remembered(engine: Engine, files: RefusingFiles) -> None:
    files.refuse("write", ".stoker/manifest", errno.ENOSPC)
    with pytest.raises(StagingFailed, match=r"remembering in .*\.stoker/manifest.*free space"):
        engine.note("handled", "token 1")
    assert "handled" not in engine.notes
    files.allow()
    engine.note("handled", "token 1")
    assert engine.notes["handled"] == "token 1"


def test_the_profile_of_the_last_sync_is_known_by_its_digest(sync: Sync, engine: Engine, source: Path) -> None:
    write(source, {"projects/a": "1"})
    sync()
    first = engine.applied_digest
    sync(SECOND)
    assert engine.applied_digest == first
    sync(SECOND, excludes=("x",))
    assert engine.applied_digest != first
