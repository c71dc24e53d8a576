"""Directories opened one component at a time, so that no symlink on the way is ever followed.

Every change names its file relative to a descriptor from here: whatever somebody moves or links meanwhile, the write
lands in the directory that was checked, or fails. The descriptors of the last path stay open, so work in sorted order
opens each directory once.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, Self

from stoker.sync.files import Spot

if TYPE_CHECKING:
    from types import TracebackType

    from stoker.sync.files import Files

_ROOT_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FLAGS = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Places:
    """Spots below `root` (an absolute path, itself resolved by the caller). Not for two threads at a time."""

    def __init__(self, root: str, fd: int | None = None) -> None:
        """Open the root, unless it is open as `fd`, which is closed with the rest then. Raises OSError."""
        self.root = root
        self.fd = os.open(root, _ROOT_FLAGS) if fd is None else fd
        self._names: list[str] = []
        self._fds: list[int] = []
        self._last: tuple[str, int] = ("", self.fd)

    def directory(self, path: str) -> int:
        """A descriptor (O_PATH) of folder `path`, valid until the next call.

        Raises FileNotFoundError, or NotADirectoryError where a file or a symlink stands on the way.
        """
        if path == self._last[0]:
            return self._last[1]
        names = path.split("/") if path else []
        shared = 0
        for ours, wanted in zip(self._names, names, strict=False):
            if ours != wanted:
                break
            shared += 1
        while len(self._fds) > shared:
            self._names.pop()
            os.close(self._fds.pop())
        fd = self._fds[-1] if self._fds else self.fd
        self._last = ("", self.fd)
        for name in names[shared:]:
            _check(name, path)
            fd = os.open(name, _FLAGS, dir_fd=fd)
            self._names.append(name)
            self._fds.append(fd)
        self._last = (path, fd)
        return fd

    def open_directory(self, path: str) -> int:
        """A descriptor of folder `path` that is the caller's to close, good for flushing too. Raises as `directory`."""
        fd = os.open(".", _ROOT_FLAGS, dir_fd=self.fd)
        for name in path.split("/") if path else ():
            above = fd
            try:
                _check(name, path)
                fd = os.open(name, _ROOT_FLAGS | os.O_NOFOLLOW, dir_fd=above)
            finally:
                os.close(above)
        return fd

    def spot(self, path: str) -> Spot:
        """The name `path` in its opened folder. Raises as `directory`."""
        folder, _, name = path.rpartition("/")
        _check(name, path)
        return Spot(self.directory(folder), name, path)

    def look(self, path: str) -> os.stat_result | None:
        """lstat of `path`; None when it, or a folder on the way, is missing or no folder."""
        folder, _, name = path.rpartition("/")
        _check(name, path)
        try:
            return os.stat(name, dir_fd=self.directory(folder), follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def is_directory(self, path: str) -> bool:
        """Is there a real folder (no symlink) at `path`?"""
        found = self.look(path) if path else os.stat(self.fd)
        return found is not None and stat.S_ISDIR(found.st_mode)

    def forget(self) -> None:
        """Close what is kept open: needed after folders were removed, since a descriptor outlives its name."""
        for fd in self._fds:
            os.close(fd)
        self._names.clear()
        self._fds.clear()
        self._last = ("", self.fd)

    def close(self) -> None:
        """Close everything."""
        self.forget()
        os.close(self.fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def make_folder(files: Files, spot: Spot, mode: int) -> None:
    """Make a folder with all of `mode`, whatever the umask takes away. Raises OSError."""
    files.mkdir(spot, mode)
    made = os.stat(spot.name, dir_fd=spot.parent, follow_symlinks=False)
    if made.st_mode & mode == mode:
        return
    fd = os.open(spot.name, _ROOT_FLAGS | os.O_NOFOLLOW, dir_fd=spot.parent)
    try:
        files.chmod(fd, stat.S_IMODE(made.st_mode) | mode, spot.path)
    finally:
        os.close(fd)


def _check(name: str, path: str) -> None:
    """Whoever names a path has checked it; here is the last place where one that leads out can be stopped."""
    if name in ("", ".", ".."):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), path)
