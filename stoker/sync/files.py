"""The one object through which the engine changes the file system.

Every mutating call passes `Files.call`, one at a time, so that a twin in the tests can count the calls, end the
process before or after the n-th, or raise an OSError in its place. That is why the methods are as fine as system calls,
hold no policy, retry nothing and translate no error: OSError leaves here as it came, but naming the whole path. Reading
(stat, list, open for reading) stays with those who read; a call that is not made here changes nothing on disk.

Names are given as `Spot`: an open directory and one component in it. A path of several components would be resolved by
the kernel anew on each call, through whatever symlink somebody put on the way meanwhile (see `places`).
"""

from __future__ import annotations

import ctypes
import os
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

# syncfs(2) has no binding in `os`; one flush of the file system costs what a handful of fsyncs cost, and a first sync
# of 15,000 files would need 15,000 of those.
_libc = ctypes.CDLL(None, use_errno=True)


class Spot(NamedTuple):
    """A name in an open directory: `parent` is its descriptor, `name` one component, `path` what errors show."""

    parent: int
    name: str
    path: str


class Files:
    """Mutating file system calls. Descriptors returned belong to the caller, who closes them with `os.close`."""

    __slots__ = ()

    def call(self, op: str, path: str, do: Callable[[], T]) -> T:
        """The hook: make one mutating call `do`, named `op` (the method's name), on `path` (for messages only)."""
        del op
        try:
            return do()
        except OSError as error:
            error.filename = path  # the kernel was given one component of it
            raise

    def create(self, spot: Spot, mode: int) -> int:
        """Make a new file, which must not exist, and open it for writing. `mode` is subject to the umask."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        return self.call("create", spot.path, lambda: os.open(spot.name, flags, mode, dir_fd=spot.parent))

    def open_existing(self, spot: Spot) -> int:
        """Open a present file for reading and writing in place; never through a symlink."""
        flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
        return self.call("open_existing", spot.path, lambda: os.open(spot.name, flags, dir_fd=spot.parent))

    def open_log(self, spot: Spot, mode: int) -> int:
        """Open a file for reading and for appending, making it if absent; never through a symlink."""
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
        return self.call("open_log", spot.path, lambda: os.open(spot.name, flags, mode, dir_fd=spot.parent))

    def write(self, fd: int, data: bytes, path: str) -> None:
        """Write all of `data` at the descriptor's position (or its end, for a log)."""
        done = self.call("write", path, lambda: os.write(fd, data))
        while done < len(data):  # a short write: disk nearly full, or a signal
            rest = memoryview(data)[done:]
            done += self.call("write", path, lambda rest=rest: os.write(fd, rest))  # type: ignore[misc]

    def overwrite(self, fd: int, data: bytes, offset: int, path: str) -> None:
        """Replace a few bytes that are there already: needs no space, so it works on a full disk."""
        self.call("overwrite", path, lambda: os.pwrite(fd, data, offset))

    def truncate(self, fd: int, size: int, path: str) -> None:
        """Cut the open file to `size` bytes."""
        self.call("truncate", path, lambda: os.ftruncate(fd, size))

    def chmod(self, fd: int, mode: int, path: str) -> None:
        """Set the permission bits of the open file or directory."""
        self.call("chmod", path, lambda: os.fchmod(fd, mode))

    def chown(self, fd: int, uid: int, gid: int, path: str) -> None:
        """Set owner and group of the open file; -1 leaves one as it is."""
        self.call("chown", path, lambda: os.fchown(fd, uid, gid))

    def set_mtime(self, fd: int, mtime_ns: int, path: str) -> None:
        """Set access and modification time of the open file."""
        self.call("set_mtime", path, lambda: os.utime(fd, ns=(mtime_ns, mtime_ns)))

    def fsync(self, fd: int, path: str) -> None:
        """Return when the open file (or directory) is on the disk."""
        self.call("fsync", path, lambda: os.fsync(fd))

    def syncfs(self, fd: int, path: str) -> None:
        """Return when everything on the file system that holds `fd` is on the disk."""
        self.call("syncfs", path, lambda: flush(fd, path))

    def rename(self, source: Spot, target: Spot) -> None:
        """Give `source` the name `target`, replacing a file of that name in one step."""
        self.call(
            "rename",
            target.path,
            lambda: os.rename(source.name, target.name, src_dir_fd=source.parent, dst_dir_fd=target.parent),
        )

    def link(self, source: Spot, target: Spot) -> None:
        """Give the file `source` a second name `target`, which must not exist. A symlink is linked, not followed."""
        self.call(
            "link",
            target.path,
            lambda: os.link(
                source.name,
                target.name,
                src_dir_fd=source.parent,
                dst_dir_fd=target.parent,
                follow_symlinks=False,
            ),
        )

    def unlink(self, spot: Spot) -> None:
        """Remove the name of a file."""
        self.call("unlink", spot.path, lambda: os.unlink(spot.name, dir_fd=spot.parent))

    def mkdir(self, spot: Spot, mode: int) -> None:
        """Make a directory, which must not exist. `mode` is subject to the umask."""
        self.call("mkdir", spot.path, lambda: os.mkdir(spot.name, mode, dir_fd=spot.parent))

    def rmdir(self, spot: Spot) -> None:
        """Remove an empty directory."""
        self.call("rmdir", spot.path, lambda: os.rmdir(spot.name, dir_fd=spot.parent))


def flush(fd: int, path: str) -> None:
    """Return when everything on the file system that holds `fd` is on the disk; changes nothing. Raises OSError."""
    if _libc.syncfs(fd) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), path)
