"""What a sync reads from: the port that a commit of a git store satisfies, and a plain directory for tests.

A file's content is named by git's own content id (SHA-1, or SHA-256 in such repositories, over ``blob {size}\\0`` and
the bytes). Owning that rule here lets the engine compare a live file with a commit without reading the commit's copy,
and with a commit whose objects are gone.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_CHUNK = 1024 * 1024
Found = Literal["dir", "file", "symlink", "submodule", "missing"]


Kind = Literal["file", "executable", "symlink", "submodule"]


class SourceEntry(NamedTuple):
    """One leaf of a tree: `path` relative to where the walk began, `blob` its content id in lower-case hex."""

    path: str
    blob: str
    kind: Kind


class SourceTree(Protocol):
    """A read-only tree, used from one thread at a time. Paths are posix, without a leading slash; "" is the root."""

    def lookup(self, path: str) -> Found:
        """What stands at `path`; nothing is followed."""
        ...

    def walk(self, path: str) -> Iterator[tuple[str, str, Kind]]:
        """All leaves below directory `path`, or the file itself with the relative path "": items as of a SourceEntry."""
        ...

    def identity(self, path: str) -> str:
        """What names the content at `path`: equal identities, equal content."""
        ...

    def changes(self, path: str, since: str) -> Iterable[tuple[str, str, Kind]] | None:
        """The leaves below directory `path` that differ from a directory of identity `since`; blob "" is a leaf gone.

        None when that directory is not known any more: walk instead.
        """
        ...

    def read(self, blob: str) -> bytes:
        """The content that `blob` names."""
        ...


def content_id(data: bytes, like: str) -> str:
    """Git's content id of `data`, by the algorithm of the id `like` (40 or 64 hex digits)."""
    digest = hashlib.sha256 if len(like) == 64 else hashlib.sha1
    return digest(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def content_id_of(file: BinaryIO, size: int, like: str) -> str:
    """As `content_id`, of an open file of `size` bytes, without having it in memory. One that grows meanwhile is cut."""
    digest = (hashlib.sha256 if len(like) == 64 else hashlib.sha1)(b"blob %d\0" % size, usedforsecurity=False)
    while size > 0 and (chunk := file.read(min(_CHUNK, size))):
        digest.update(chunk)
        size -= len(chunk)
    return digest.hexdigest()


class DirectoryTree:
    """A SourceTree over a plain directory, read when built; its files must stay as they are."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._name = secrets.token_hex(8)
        self._paths: dict[str, Path] = {}

    def lookup(self, path: str) -> Found:
        """As SourceTree.lookup."""
        try:
            mode = os.lstat(self._root / path).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return "missing"
        if stat.S_ISLNK(mode):
            return "symlink"
        return "dir" if stat.S_ISDIR(mode) else "file"

    def walk(self, path: str) -> Iterator[SourceEntry]:
        """As SourceTree.walk, in the order of names."""
        top = self._root / path
        if not top.is_dir():
            yield self._entry(top, "")
            return
        for folder, directories, names in os.walk(top):
            links = [name for name in directories if (Path(folder) / name).is_symlink()]
            directories.sort()
            for name in sorted(names + links):
                file = Path(folder) / name
                yield self._entry(file, file.relative_to(top).as_posix())

    def read(self, blob: str) -> bytes:
        """As SourceTree.read."""
        return self._paths[blob].read_bytes()

    def identity(self, path: str) -> str:
        """As SourceTree.identity: its own, since a plain directory names nothing by content."""
        return f"{self._name}:{path}"

    def changes(self, path: str, since: str) -> None:
        """As SourceTree.changes: never known."""
        del path, since

    def _entry(self, file: Path, path: str) -> SourceEntry:
        if file.is_symlink():
            return SourceEntry(path, content_id(os.fsencode(os.readlink(file)), ""), "symlink")
        blob = content_id(file.read_bytes(), "")
        self._paths[blob] = file
        return SourceEntry(path, blob, "executable" if file.stat().st_mode & stat.S_IXUSR else "file")
