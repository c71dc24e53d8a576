"""One agent a directory, which must be there and let itself be written; each refusal says what to do."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from stoker.errors import DataDirectoryMissing, DirectoryBusy, JournalUnsettled, MergeFailed, StagingFailed
from tests.fakes.mounts import bind, read_only, tmpfs, with_mounts
from tests.sync.conftest import FIRST, SECOND, opened, read, run_sync, snapshot, write

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.sync.engine import Engine


def hold(data: Path, ready: int) -> None:
    """Another agent: takes the directory and stays."""
    opened(data)
    os.write(ready, b"r")
    signal.pause()


def test_a_second_process_is_refused_until_the_first_is_gone_however_it_went(data: Path) -> None:
    out, ready = os.pipe()
    other = os.fork()
    if other == 0:
        hold(data, ready)
    try:
        assert os.read(out, 1) == b"r"
        with pytest.raises(DirectoryBusy, match=rf"another agent works on {data}: stop it"):
            opened(data)
    finally:
        os.kill(other, signal.SIGKILL)
        os.waitpid(other, 0)
    opened(data).close()


def test_a_second_engine_in_the_same_process_is_refused_too(engine: Engine, data: Path) -> None:
    with pytest.raises(DirectoryBusy):
        opened(data)
    engine.close()
    opened(data).close()


@pytest.mark.parametrize("lost", ["", ".stoker", ".stoker/lock"])
def test_a_directory_whose_state_was_taken_away_is_displaced(engine: Engine, data: Path, lost: str) -> None:
    assert not engine.displaced()
    (data / lost).rename(data.parent / "elsewhere")
    assert engine.displaced()


@pytest.mark.parametrize("kind", ["missing", "file", "dangling link"])
def test_a_directory_that_is_not_there_is_an_error_with_a_remedy(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "absent"
    if kind == "file":
        path.write_text("x")
    if kind == "dangling link":
        path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(DataDirectoryMissing, match=rf"data directory {path} cannot be used .*: mount it, or name"):
        opened(path)
    assert kind == "file" or not path.exists(), "it is not made"


def test_a_state_folder_that_is_a_link_is_not_followed(data: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (data / ".stoker").symlink_to(tmp_path / "outside")
    with pytest.raises(StagingFailed, match=r"making .*/\.stoker: File exists.*move away what stands there"):
        opened(data)
    assert not list((tmp_path / "outside").iterdir())


def test_nothing_runs_before_what_was_left_is_settled(engine: Engine, data: Path) -> None:
    engine.close()
    engine.open()
    for act in (lambda: engine.applied_commit, lambda: engine.notes, lambda: engine.announced()):  # noqa: PLW0108
        with pytest.raises(JournalUnsettled, match="settle it"):
            act()


@pytest.mark.mounts
def test_a_read_only_file_system_is_an_error_that_changes_nothing_and_heals(data: Path, source: Path) -> None:
    def run() -> None:
        write(source, {"projects/a": "1"})
        bind(data, data)
        os.chdir("/")
        again = opened(data)
        run_sync(again, source)
        again.close()
        before = snapshot(data)
        read_only(data)
        with pytest.raises(
            StagingFailed, match=rf"making {data}/\.stoker: Read-only file system.*mount the volume writable"
        ):
            opened(data)
        assert snapshot(data) == before

    with_mounts(run)
    write(source, {"projects/a": "2"})
    engine = opened(data)
    assert run_sync(engine, source, SECOND).modified == ("projects/a",)
    engine.close()


@pytest.mark.mounts
def test_a_disk_that_is_full_leaves_the_old_state_says_so_and_heals(data: Path, source: Path) -> None:
    def run() -> None:
        tmpfs(data, size="1m")
        write(source, {"projects/a": "1", "projects/b": "1"})
        engine = opened(data)
        run_sync(engine, source)
        write(source, {"projects/a": "2", "projects/b": "x" * 2_000_000})
        for _ in range(2):
            with pytest.raises(
                StagingFailed, match=rf"staging in {data}: No space left on device.*free space on that volume"
            ):
                run_sync(engine, source, SECOND)
            assert read(data) == {"projects/a": "1", "projects/b": "1"}
            assert not (data / ".sync-staging").exists()
        write(source, {"projects/b": "small"})
        assert run_sync(engine, source, SECOND).modified == ("projects/a", "projects/b")

    with_mounts(run)


@pytest.mark.mounts
def test_a_disk_with_no_room_for_the_journal_leaves_the_old_state_and_heals(data: Path, source: Path) -> None:
    def run() -> None:
        tmpfs(data, size="1m")
        write(source, {f"projects/{'n' * 100}{number}": "1" for number in range(50)})
        engine = opened(data)
        run_sync(engine, source)
        filler = data / "filler"
        write(source, {f"projects/{'n' * 100}{number}": "2" for number in range(50)})
        outcomes = set()
        for room in range(0, 80, 4):
            fill(filler, data, room)
            try:
                run_sync(engine, source, SECOND)
                outcomes.add("synced")
                break
            except (StagingFailed, MergeFailed) as error:
                outcomes.add(type(error).__name__ if "free space on that volume" in str(error) else str(error))
                assert {path.read_text() for path in (data / "projects").iterdir()} == {"1"}
            filler.unlink()
        assert outcomes == {"synced", "StagingFailed", "MergeFailed"}

    with_mounts(run)


def fill(filler: Path, data: Path, room: int) -> None:
    """Take all space but ``room`` pages."""
    state = os.statvfs(data)
    with filler.open("wb") as file:
        file.write(b"x" * max(0, (state.f_bavail - room) * state.f_bsize))


def test_the_directory_of_a_gateway_is_known_by_our_manifest_or_its_marks(data: Path, source: Path) -> None:
    engine = opened(data)
    assert not engine.has_gateway()
    for marker in (".uuid", ".ignition-seed-complete", "projects/x/project.json"):
        write(data, {marker: "x"})
        assert engine.has_gateway()
        (data / marker).unlink()
    engine.note("key", FIRST)
    assert engine.has_gateway()
    engine.close()
