"""What is live: looks at the data directory, never changes it, and remembers what it need not look at twice.

Untouched files cost one lstat and untouched folders one, because a folder whose modification time stands has no new
names. What is remembered is only a short cut: forgetting it costs time and changes no answer. Nothing is followed
through a symlink; the final word on that is spoken by `places` when a change is made.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, BinaryIO, Literal, NamedTuple

from stoker.sync.paths import PATH_BYTES
from stoker.sync.source import content_id_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from stoker.sync.journal import Signature
    from stoker.sync.protection import Excluder

# A folder changed this recently may change again within the same tick of the file system's clock.
_SETTLED_NS = 200_000_000

READ = 64 * 1024 * 1024
"""Bytes of a live file that are read at once. What is hashed may be of any size."""

FolderState = Literal["folder", "missing", "link", "other"]


class Stamp(NamedTuple):
    """Of a folder by path. An lstat as it comes takes a hundred words, and there are thousands of folders.

    state: time and inode in one number, which is the smallest thing to keep.
    """

    folder: str
    state: int

    @classmethod
    def of(cls, folder: str, found: os.stat_result) -> Stamp:
        """Of its lstat."""
        return cls(folder, found.st_mtime_ns << 64 | found.st_ino)

    @property
    def mtime_ns(self) -> int:
        """Of the folder: when a name in it last came or went."""
        return self.state >> 64


Looked = Mapping[str, Stamp]


class Live:
    """Looks at one data directory (absolute, resolved). Paths are relative to it."""

    def __init__(self, root: str) -> None:
        self.base = root.rstrip("/") + "/"
        self._contents: dict[str, tuple[Signature, str]] = {}
        self.stamps: dict[str, tuple[tuple[object, ...], bool]] = {}  # `Difference` remembers its verdicts here
        self._seen: dict[str, int] = {}  # the states of folders that hold nothing but what is ours, and folders:
        self._below: dict[str, tuple[str, ...]] = {}  # these, of those of them that hold any
        self._excluder: Excluder | None = None

    def look(self, path: str) -> os.stat_result | None:
        """lstat; None when nothing is there. Raises OSError."""
        try:
            return os.lstat(self.base + path)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def read(self, path: str) -> bytes:
        """A live file's content. Raises OSError, also for what is no regular file, and for one of more than `READ` bytes."""
        with self._open(path) as file:
            if os.fstat(file.fileno()).st_size > READ:
                raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), path)
            return file.read(READ)

    def content(self, path: str, signature: Signature, like: str) -> str:
        """The content id of a live file, by the algorithm of `like`; read once for each signature. Raises OSError."""
        known = self._contents.get(path)
        if known is None or known[0] != signature:
            with self._open(path) as file:
                known = self._contents[path] = (signature, content_id_of(file, os.fstat(file.fileno()).st_size, like))
        return known[1]

    def _open(self, path: str) -> BinaryIO:
        fd = os.open(self.base + path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        if not stat.S_ISREG(os.fstat(fd).st_mode):  # a pipe or a device since it was looked at: nobody knows its end
            os.close(fd)
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE), path)
        return os.fdopen(fd, "rb")

    def folders(self, wanted: Sequence[str]) -> tuple[dict[str, FolderState], Looked]:
        """What stands where folders are wanted (each after the one above it); below what is no folder all is missing.

        The second are the folders' stamps, for `strays` to take up a moment later.
        """
        states: dict[str, FolderState] = {"": "folder"}
        base, lstat = self.base, os.lstat
        looked: dict[str, Stamp] = {}
        for folder in wanted:
            if states[folder.rpartition("/")[0]] != "folder":
                states[folder] = "missing"
                continue
            try:
                found = lstat(base + folder)
            except FileNotFoundError:
                states[folder] = "missing"
                continue
            mode = found.st_mode
            if stat.S_ISDIR(mode):
                states[folder] = "folder"
                looked[folder] = Stamp.of(folder, found)
            else:
                states[folder] = "link" if stat.S_ISLNK(mode) else "other"
        return states, looked

    def strays(
        self, region: str, wanted: Collection[str], ours: Collection[str], excluder: Excluder, looked: Looked
    ) -> list[str]:
        """Regular files below folder `region` that are neither wanted nor ours and not excluded."""
        if excluder is not self._excluder:
            self._seen.clear()
            self._below.clear()
            self._excluder = excluder
        found: list[str] = []
        waiting = [region]
        while waiting:
            folder = waiting.pop()
            if len(folder) * 4 > PATH_BYTES and len(os.fsencode(folder)) > PATH_BYTES:
                continue  # nothing of ours is so far down, and the system cannot name what is further
            stamp = looked.get(folder) or self._stamp(folder)
            if stamp is None:
                continue
            if self._seen.get(folder) == stamp.state:
                waiting.extend(self._below.get(folder, ()))
            else:
                waiting.extend(self._list(stamp, found, wanted, ours, excluder, looked))
        return found

    def _stamp(self, folder: str) -> Stamp | None:
        """None when no folder is there."""
        found = self.look(folder)
        if found is None or not stat.S_ISDIR(found.st_mode):
            return None
        return Stamp.of(folder, found)

    def _list(
        self,
        stamp: Stamp,
        found: list[str],
        wanted: Collection[str],
        ours: Collection[str],
        excluder: Excluder,
        looked: Looked,
    ) -> list[str]:
        folder, below = stamp.folder, list[str]()
        # A wanted file that is not ours yet may be neither by the next sync: only `ours` makes a folder a known one.
        all_ours = True
        with os.scandir(self.base + folder) as entries:
            for entry in entries:
                path = f"{folder}/{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    if not excluder(path):
                        known = looked.get(path)  # one string serves what is wanted and what was seen
                        below.append(path if known is None else known.folder)
                elif path not in ours and entry.is_file(follow_symlinks=False) and not excluder(path):
                    all_ours = False
                    if path not in wanted:
                        found.append(path)
        self._below.pop(folder, None)
        if all_ours and time.time_ns() - stamp.mtime_ns > _SETTLED_NS:
            self._seen[folder] = stamp.state
            if below:
                self._below[folder] = tuple(below)
        else:
            self._seen.pop(folder, None)
        return below
