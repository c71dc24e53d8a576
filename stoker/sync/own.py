"""The state folder and our own files in it, opened only while they are what we make: regular, and of bounded size.

A FIFO in the place of one would be waited on for ever, a device might do anything, and a link leads elsewhere. A second
name (a backup made of hard links has one) is no fault, but what has one is not written in place: the other name may be
anywhere.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from stoker.errors import StateUnreadable
from stoker.sync.protection import STATE

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.sync.files import Files
    from stoker.sync.places import Places

MOST = 256 * 1024 * 1024
"""Bytes. A journal of the most files that a sync wants is a third of that."""
LINE = 1024 * 1024
"""Bytes of one record: a path of 4,095 bytes, each written as six, is the longest thing in one."""
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_CHUNK = 1024 * 1024


def open_own(places: Places, name: str) -> int | None:
    """A descriptor of `.stoker/{name}` for reading, the caller's to close; None when there is none.

    Raises StateUnreadable for what is no file of ours, OSError.
    """
    where = f"{STATE}/{name}"
    found = places.look(where)
    if found is None:
        return None
    _check(found, f"{places.root}/{where}")
    fd = os.open(name, _FLAGS, dir_fd=places.directory(STATE))
    try:
        _check(os.fstat(fd), f"{places.root}/{where}")
    except StateUnreadable:
        os.close(fd)
        raise
    return fd


def make_own(files: Files, places: Places, name: str, size: int) -> None:
    """Give `.stoker/{name}` content of its own, its first `size` bytes, where it shares it with another name.

    Durable when this returns. Raises StateUnreadable, OSError.
    """
    found = places.look(f"{STATE}/{name}")
    if found is None or found.st_nlink == 1:
        return
    new = f"{STATE}/{name}.new"
    if places.look(new) is not None:
        files.unlink(places.spot(new))
    reading = open_own(places, name)
    if reading is None:
        return
    with os.fdopen(reading, "rb") as old:
        writing = files.create(places.spot(new), 0o600)
        try:
            while chunk := old.read(min(_CHUNK, size - old.tell())):
                files.write(writing, chunk, new)
            files.fsync(writing, new)
        finally:
            os.close(writing)
    files.rename(places.spot(new), places.spot(f"{STATE}/{name}"))
    sync_state(files, places)


def bounded(write: Callable[[bytes], None], name: str, size: int = 0) -> Callable[[bytes], None]:
    """`write` to `.stoker/{name}`, which has `size` bytes, as long as it stays one that `open_own` opens again.

    Raises OSError (EFBIG): a journal that no start would read could be neither completed nor undone.
    """
    left = MOST - size

    def write_within(data: bytes) -> None:
        nonlocal left
        left -= len(data)
        if left < 0:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), f"{STATE}/{name}")
        write(data)

    return write_within


def is_half_full(size: int) -> bool:
    """Is a file of ours that large that one more like it could be too much?"""
    return size > MOST // 2


def sync_state(files: Files, places: Places) -> None:
    """Return when the names in the state folder are on the disk."""
    fd = places.open_directory(STATE)
    try:
        files.fsync(fd, STATE)
    finally:
        os.close(fd)


def _check(found: os.stat_result, where: str) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise StateUnreadable(f"{where} is {_kind(found.st_mode)} and no file of ours: move it away")
    if found.st_size > MOST:
        raise StateUnreadable(
            f"{where} has {found.st_size:,} bytes, more than the {MOST:,} that ours can have: move it away, and check the"
            " files below the mappings' destinations"
        )


def _kind(mode: int) -> str:
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFLNK: "a symbolic link",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
    }
    return kinds.get(stat.S_IFMT(mode), "a device")
