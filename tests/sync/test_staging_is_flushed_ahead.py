"""A large sync is flushed while it is staged; what the disk says then counts as much as what it says at the end."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from stoker.errors import StagingFailed
from stoker.sync import ahead
from tests.sync.conftest import SECOND, Sync, read, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.files import RefusingFiles

NEW = {f"projects/p/{number}": str(number) * 100 for number in range(40)}


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that little is much."""
    monkeypatch.setattr(ahead, "FIRST", 1000)
    monkeypatch.setattr(ahead, "EVERY", 1000)


def test_what_is_flushed_ahead_is_flushed_by_the_merge_all_the_same(
    sync: Sync, source: Path, data: Path, files: RefusingFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    early: list[int] = []
    monkeypatch.setattr(ahead, "flush", lambda fd, _path: early.append(os.fstat(fd).st_ino))
    write(source, NEW)
    sync()
    assert early, "something was flushed while the rest was staged"
    assert [call.path for call in files.calls if call.op == "syncfs"] == [".", "."]
    assert read(data) == NEW


def test_the_first_flush_comes_sooner_than_the_next(sync: Sync, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    early: list[int] = []
    monkeypatch.setattr(ahead, "EVERY", 1 << 30)
    monkeypatch.setattr(ahead, "flush", lambda fd, _path: early.append(fd))
    write(source, NEW)
    sync()
    assert len(early) == 1


def test_a_write_that_the_disk_lost_is_heard_of_though_it_is_told_only_once(
    sync: Sync, source: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(_fd: int, _path: str) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    write(source, {"projects/p/old": "1"})
    sync()
    monkeypatch.setattr(ahead, "flush", lost)
    write(source, NEW)
    with pytest.raises(StagingFailed, match="check the disk"):
        sync(SECOND)
    assert read(data) == {"projects/p/old": "1"}
    assert not (data / ".sync-staging").exists()


def test_no_descriptor_is_left_open(sync: Sync, source: Path) -> None:
    write(source, {"projects/p/old": "1"})
    sync()
    before = len(os.listdir("/proc/self/fd"))
    write(source, NEW)
    sync(SECOND)
    assert len(os.listdir("/proc/self/fd")) == before
