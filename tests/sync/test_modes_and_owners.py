"""A replaced file keeps its live mode and owner; a new one is 0644, or 0755 where git says executable."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from tests.sync.conftest import SECOND, Sync, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fakes.files import RefusingFiles


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def other_owner() -> tuple[int, int]:
    """Somebody else, as far as this process may give a file away."""
    return (2003, 2003) if os.geteuid() == 0 else (os.geteuid(), (os.getgroups() or [os.getegid()])[-1])


@pytest.fixture(params=[0o022, 0o077, 0o000], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever mask the process was started with."""
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_new_files_and_folders_have_the_usual_modes_under_any_umask(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/p/a": "1", "projects/run": "x"})
    (source / "projects/run").chmod(0o700)
    sync()
    assert mode(data / "projects/p/a") == 0o644
    assert mode(data / "projects/run") == 0o755
    assert mode(data / "projects") == mode(data / "projects/p") == 0o755


@pytest.mark.parametrize("live", [0o640, 0o600, 0o755, 0o666, 0o2664])
def test_a_replaced_file_keeps_its_mode_whatever_git_says(sync: Sync, source: Path, data: Path, live: int) -> None:
    write(source, {"projects/a": "1"})
    sync()
    (data / "projects/a").chmod(live)
    write(source, {"projects/a": "2"})
    (source / "projects/a").chmod(0o755)
    sync(SECOND)
    assert mode(data / "projects/a") == live


def test_a_replaced_file_keeps_its_owner_as_far_as_this_process_may(sync: Sync, source: Path, data: Path) -> None:
    owner = other_owner()
    write(source, {"projects/a": "1"})
    sync()
    os.chown(data / "projects/a", *owner)
    write(source, {"projects/a": "2"})
    sync(SECOND)
    found = (data / "projects/a").stat()
    assert (found.st_uid, found.st_gid) == owner


def test_a_process_that_may_not_give_files_away_replaces_them_all_the_same(
    sync: Sync, source: Path, data: Path, files: RefusingFiles
) -> None:
    write(source, {"projects/a": "1"})
    sync()
    os.chown(data / "projects/a", *other_owner())
    (data / "projects/a").chmod(0o640)
    write(source, {"projects/a": "2"})
    files.refuse("chown", "*", errno.EPERM)
    sync(SECOND)
    assert ((data / "projects/a").read_text(), mode(data / "projects/a")) == ("2", 0o640)


def test_a_kept_file_keeps_mode_and_time(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1"})
    sync()
    write(data, {"projects/a": "by hand"})
    (data / "projects/a").chmod(0o600)
    os.utime(data / "projects/a", ns=(10**18, 10**18))
    done = sync(SECOND)
    found = (data / done.kept_in / "projects/a").stat()
    assert (found.st_mode & 0o777, found.st_mtime_ns) == (0o600, 10**18)
