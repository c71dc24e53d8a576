"""Data directories that are full, read-only, gone, or another one, at any stage of a sync."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stoker.errors import DataDirectoryMissing, StagingFailed, StokerError
from tests.fakes.mounts import bind, read_only, tmpfs, unmount, with_mounts
from tests.hostile.forge import FOLDER
from tests.hostile.ground import UNMANAGED, Ground, live, picture, write

if TYPE_CHECKING:
    from collections.abc import Callable

STAGES = ("prepare", "stage", "merge")
OLD, NEW = {"projects/a": "1", "projects/b": "1"}, {"projects/a": "2", "projects/c/d": "2"}


@pytest.fixture
def due(ground: Ground) -> Ground:
    """One commit is live, the next is due."""
    ground.holds(ground.plain(b"a", "1"), ground.plain(b"b", "1"))
    ground.sync()
    ground.holds(ground.plain(b"a", "2"), (FOLDER, b"c", ground.forge.folder({"d": "2"})))
    return ground


def moved_away(ground: Ground) -> None:
    """Nothing is there any more."""
    ground.data.rename(ground.root / "moved")


def emptied(ground: Ground) -> None:
    """Everything in it was removed."""
    shutil.rmtree(ground.data)
    ground.data.mkdir()


def another(ground: Ground) -> None:
    """Another directory has its name, with what is nobody's in it."""
    moved_away(ground)
    write(ground.data, UNMANAGED)


def a_link(ground: Ground) -> None:
    """A link to a directory outside has its name."""
    moved_away(ground)
    os.symlink(ground.outside, ground.data)


def a_file(ground: Ground) -> None:
    """A file has its name."""
    moved_away(ground)
    ground.data.write_text("x")


@pytest.mark.parametrize("before", STAGES)
@pytest.mark.parametrize("happens", [moved_away, emptied, another, a_link, a_file])
def test_a_directory_that_is_another_one_is_not_written(
    due: Ground, before: str, happens: Callable[[Ground], None]
) -> None:
    outside, there = picture(due.outside), dict[str, object]()

    def happening() -> None:
        happens(due)
        there.update(picture(due.data) if due.data.is_dir() and not due.data.is_symlink() else {})

    with suppress(StokerError):
        due.sync(before=before, happens=happening)
    assert picture(due.outside) == outside
    if due.data.is_dir() and not due.data.is_symlink():
        assert picture(due.data) == there
    if (moved := due.root / "moved").exists():
        assert live(moved) in (OLD, NEW), "the one that was held is whole"


@pytest.mark.parametrize("happens", [moved_away, a_file])
def test_a_directory_that_is_not_there_is_named(due: Ground, happens: Callable[[Ground], None]) -> None:
    happens(due)
    with pytest.raises(DataDirectoryMissing, match=r"/data cannot be used .*: mount it, or name the right one"):
        due.sync()


@pytest.mark.mounts
@pytest.mark.parametrize("before", STAGES)
def test_another_volume_over_the_directory_is_not_written(due: Ground, before: str) -> None:
    def run() -> None:
        with suppress(StokerError):
            due.sync(before=before, happens=lambda: tmpfs(due.data))
        assert picture(due.data) == {}
        unmount(due.data)
        assert live(due.data) in (OLD, NEW)
        due.sync()
        assert live(due.data) == NEW

    with_mounts(run)


@pytest.mark.mounts
def test_a_volume_that_is_full_says_so_and_keeps_the_old_commit(due: Ground) -> None:
    def run() -> None:
        room(due, "1m")
        (due.data / "var/fill").write_bytes(bytes(900 * 1024))
        due.holds(due.plain(b"a", "2"), due.plain(b"big", "x" * 400_000))
        with pytest.raises(StagingFailed, match=r"No space left on device.*free space on that volume"):
            due.sync()
        assert live(due.data).keys() == {"var/fill", *OLD}
        (due.data / "var/fill").unlink()
        due.sync()
        assert live(due.data).keys() == {"projects/a", "projects/big"}

    with_mounts(run)


@pytest.mark.mounts
def test_a_volume_without_a_name_left_says_so(due: Ground) -> None:
    def run() -> None:
        room(due, "1m,nr_inodes=40")
        due.holds(*(due.plain(b"%d" % number) for number in range(60)))
        with pytest.raises(StagingFailed, match="No space left on device"):
            due.sync()
        assert live(due.data) == OLD

    with_mounts(run)


@pytest.mark.mounts
def test_a_read_only_directory_is_named_and_left_alone(due: Ground) -> None:
    def run() -> None:
        bind(due.data, due.data)
        read_only(due.data)
        before = picture(due.data)
        with pytest.raises(StagingFailed, match=r"Read-only file system.*mount the volume writable"):
            due.sync()
        assert picture(due.data) == before

    with_mounts(run)


@pytest.mark.mounts
def test_a_read_only_repository_is_read(due: Ground) -> None:
    def run() -> None:
        bind(due.origin.path, due.origin.path)
        read_only(due.origin.path)
        due.sync()
        assert live(due.data) == NEW

    with_mounts(run)


@pytest.mark.mounts
@pytest.mark.parametrize("at", ["projects/x", "projects/a"])
def test_a_device_is_neither_read_nor_written(due: Ground, at: str) -> None:
    def run() -> None:
        (due.data / at).touch()
        bind(Path("/dev/zero"), due.data / at)
        with suppress(StokerError):
            due.sync()
        assert live(due.data).keys() - {at} in (OLD.keys() - {at}, NEW.keys() - {at})

    with_mounts(run)


def room(ground: Ground, size: str) -> None:
    """The same data directory, on a volume of that size."""
    shutil.copytree(ground.data, ground.root / "copy", symlinks=True)
    tmpfs(ground.data, size=size)
    shutil.copytree(ground.root / "copy", ground.data, dirs_exist_ok=True)
