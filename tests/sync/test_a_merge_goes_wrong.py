"""Links refused, undoing refused, journals that cannot be followed, and what others did between a kill and the start."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from stoker.agent.profile import PROTECTION
from stoker.errors import JournalUnsettled, MergeFailed, StateUnreadable
from stoker.sync.engine import Engine
from tests.fakes.files import RefusingFiles
from tests.sync.conftest import FIRST, SECOND, Sync, kept, opened, read, run_sync, write
from tests.torture.mortal import DIED, in_child

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def ready(data: Path, source: Path) -> None:
    """One commit live and the next one ready: a file changed, one added, one gone."""
    write(source, {"projects/a": "1", "projects/gone": "1"})
    engine = opened(data)
    run_sync(engine, source)
    engine.close()
    write(source, {"projects/a": "2", "projects/new": "2"})
    (source / "projects/gone").unlink()


OLD = {"projects/a": "1", "projects/gone": "1"}
NEW = {"projects/a": "2", "projects/new": "2"}


@pytest.fixture
def working(data: Path, files: RefusingFiles, ready: None) -> Iterator[Engine]:
    """An engine at work on that."""
    engine = opened(data, files=files)
    yield engine
    engine.close()


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.EXDEV], ids=errno.errorcode.get)
def test_where_links_are_refused_files_are_copied_aside(
    working: Engine, source: Path, data: Path, files: RefusingFiles, code: int
) -> None:
    write(data, {"projects/a": "by hand"})
    files.refuse("link", "*", code)
    assert run_sync(working, source, SECOND).kept == ("projects/a",)
    assert (read(data), kept(data)) == (NEW, {"projects/a": "by hand"})
    assert files.at("create", ".sync-staging/o0") < files.at("syncfs")


def test_and_what_is_written_after_the_copy_is_kept_before_it_is_replaced_or_deleted(
    working: Engine, source: Path, data: Path, files: RefusingFiles
) -> None:
    files.refuse("link", "*", errno.EPERM)
    late = {"projects/a": "edited late", "projects/gone": "late too"}
    files.before("rename", ".stoker/journal", lambda: write(data, late))
    assert run_sync(working, source, SECOND).kept == ("projects/a", "projects/gone")
    assert (read(data), sorted(kept(data).values())) == (NEW, ["edited late", "late too"])


def test_and_are_restored_from_the_copies_with_mode_and_time(
    working: Engine, source: Path, data: Path, files: RefusingFiles
) -> None:
    (data / "projects/gone").chmod(0o640)
    before = (data / "projects/gone").stat()
    files.refuse("link", "*", errno.EPERM)
    files.refuse("write", ".stoker/manifest", errno.ENOSPC)
    with pytest.raises(MergeFailed, match=r"\(undone\)"):
        run_sync(working, source, SECOND)
    after = (data / "projects/gone").stat()
    assert read(data) == OLD
    assert (after.st_mode, after.st_mtime_ns, after.st_uid) == (before.st_mode, before.st_mtime_ns, before.st_uid)
    files.allow()
    assert run_sync(working, source, SECOND).kept == ()


def test_an_error_while_undoing_keeps_the_journal_and_nothing_else_runs(
    working: Engine, source: Path, data: Path, files: RefusingFiles
) -> None:
    files.refuse("write", ".stoker/manifest", errno.ENOSPC)
    files.refuse("truncate", ".stoker/manifest", errno.EIO)
    files.before("overwrite", ".stoker/journal", lambda: files.refuse("rename", "projects/*", errno.EIO))
    with pytest.raises(JournalUnsettled, match=r"free space on that volume; undoing it in .*check the disk"):
        run_sync(working, source, SECOND)
    assert (data / ".stoker/journal").exists()
    for _ in range(2):
        with pytest.raises(JournalUnsettled):
            run_sync(working, source, SECOND)
        with pytest.raises(JournalUnsettled):
            working.settle()
    files.allow()
    settled = working.settle()
    assert settled is not None
    assert (settled.outcome, settled.commit, settled.changed, read(data)) == ("undone", SECOND, 3, OLD)
    assert run_sync(working, source, SECOND).files_changed == 3


def test_an_error_in_ending_a_merge_keeps_the_new_state(
    working: Engine, source: Path, data: Path, files: RefusingFiles
) -> None:
    files.refuse("rmdir", ".sync-staging", errno.EIO)
    with pytest.raises(JournalUnsettled, match="ending the merge"):
        run_sync(working, source, SECOND)
    files.allow()
    settled = working.settle()
    assert settled is not None
    assert (settled.outcome, read(data)) == ("completed", NEW)
    assert working.announcement_owed


def killed(data: Path, source: Path, op: str, path: str) -> None:
    """A merge that is killed just before that call."""
    files = RefusingFiles()
    files.before(op, path, lambda: os._exit(DIED))
    assert in_child(lambda: run_sync(opened(data, files=files), source, SECOND)) == DIED


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    "journal",
    [b'["stoker-journal",2,{}]\n', b"", b"something else\n", b'["stoker-journal",1,{"transaction":"x"}]\n'],
    ids=["newer", "empty", "foreign", "incomplete"],
)
def test_a_journal_that_cannot_be_followed_is_refused_and_left_alone(data: Path, source: Path, journal: bytes) -> None:
    killed(data, source, "rename", "projects/new")
    (data / ".stoker/journal").write_bytes(journal)
    live = read(data)
    with pytest.raises(StateUnreadable, match=r"\.stoker/journal cannot be followed .*start the release that wrote it"):
        opened(data)
    assert (data / ".stoker/journal").read_bytes() == journal
    assert read(data) == live
    assert (data / ".sync-staging").exists()


@pytest.mark.usefixtures("ready")
def test_a_journal_damaged_anywhere_is_refused(data: Path, source: Path) -> None:
    killed(data, source, "rename", "projects/new")
    whole = (data / ".stoker/journal").read_bytes()
    for at in range(0, len(whole), 7):
        (data / ".stoker/journal").write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(StateUnreadable):
            opened(data)
    (data / ".stoker/journal").write_bytes(whole)
    opened(data).close()
    assert read(data) == NEW


@pytest.mark.usefixtures("ready")
def test_what_somebody_wrote_after_the_kill_over_a_file_already_put_stays(data: Path, source: Path) -> None:
    killed(data, source, "rename", "projects/new")
    (data / "projects/a").unlink()
    write(data, {"projects/a": "after the kill"})
    opened(data).close()
    assert (read(data), kept(data)) == ({**NEW, "projects/a": "after the kill"}, {})


@pytest.mark.usefixtures("ready")
def test_what_somebody_put_where_a_file_is_still_to_come_is_kept(data: Path, source: Path) -> None:
    killed(data, source, "rename", "projects/a")
    write(data, {"projects/a": "in place", "projects/new": "in the way"})
    opened(data).close()
    assert read(data) == NEW
    assert sorted(kept(data).values()) == ["in place", "in the way"]


@pytest.mark.usefixtures("ready")
def test_a_file_made_anew_where_one_was_deleted_is_not_deleted_again(data: Path, source: Path) -> None:
    killed(data, source, "write", ".stoker/manifest")
    write(data, {"projects/gone": "made after the kill"})
    opened(data).close()
    assert read(data) == {**NEW, "projects/gone": "made after the kill"}


@pytest.mark.usefixtures("ready")
def test_also_where_it_has_the_very_inode_of_the_deleted_one(data: Path, source: Path) -> None:
    os.link(data / "projects/gone", data / "inode")  # stands for a number that the file system gave out again
    killed(data, source, "rmdir", ".sync-staging")
    os.link(data / "inode", data / "projects/gone")
    opened(data).close()
    assert (data / "projects/gone").exists()


@pytest.mark.usefixtures("ready")
def test_a_recovery_tells_how_it_ended(data: Path, source: Path) -> None:
    killed(data, source, "rename", "projects/new")
    engine = Engine(data, protection=PROTECTION)
    engine.open()
    settled = engine.settle()
    assert settled is not None
    assert (settled.outcome, settled.commit, settled.changed) == ("completed", SECOND, 3)
    assert engine.settle() is None
    engine.close()


@pytest.mark.usefixtures("ready")
def test_a_kill_before_prepared_leaves_the_old_commit_and_no_trace(data: Path, source: Path) -> None:
    killed(data, source, "rename", ".stoker/journal")
    assert (data / ".stoker/journal.new").exists()
    engine = opened(data)
    assert (engine.applied_commit, read(data)) == (FIRST, OLD)
    assert sorted(path.name for path in data.iterdir()) == [".stoker", "projects"]
    assert sorted(path.name for path in (data / ".stoker").iterdir()) == ["lock", "manifest"]
    engine.close()


def test_a_file_put_into_a_new_folder_while_it_is_made_is_kept(
    sync: Sync, source: Path, data: Path, files: RefusingFiles
) -> None:
    write(source, {"projects/a": "1"})
    sync()
    write(source, {"projects/p/view.json": "ours"})
    files.before("rename", ".stoker/journal", lambda: write(data, {"projects/p/view.json": "designer"}))
    assert sync(SECOND).kept == ("projects/p/view.json",)
    assert list(kept(data).values()) == ["designer"]
