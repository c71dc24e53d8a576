"""A commit as a readable tree, in the shape that the sync engine asks for.

Directories are read once and remembered by their own object id: between two commits almost all are the same, so walking
the next one reads just what changed. The memory is shared by the commits of one store and cut back to the newest walk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import pygit2

from stoker.errors import CommitGone, PlanInvalid, StoreBroken
from stoker.git import failures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pygit2 import Repository

Kind = Literal["file", "executable", "symlink", "submodule"]
Found = Literal["dir", "file", "symlink", "submodule", "missing"]
_KINDS: Final[dict[int, Kind]] = {
    0o100644: "file",
    0o100664: "file",
    0o100755: "executable",
    0o120000: "symlink",
    0o160000: "submodule",
}
_TREE: Final = 0o040000


class TreeEntry(NamedTuple):
    """One leaf: path relative to the walk, blob id in hex, kind."""

    path: str
    blob: str
    kind: Kind


class Folder(NamedTuple):
    """A directory's own leaves and subdirectories."""

    leaves: tuple[TreeEntry, ...]
    folders: tuple[tuple[str, str], ...]


Folders = dict[str, Folder]


class CommitTree:
    """One commit of an open repository; used from one thread at a time."""

    def __init__(self, repository: Repository, commit: str, *, where: str, folders: Folders | None = None) -> None:
        """CommitGone when the commit is not in the repository."""
        self._repository = repository
        self._where = where
        self._folders: Folders = {} if folders is None else folders
        found = _get(repository, commit, where)
        if not isinstance(found, pygit2.Commit):
            raise CommitGone(f"{where}: commit {commit} is not there; push it, or resolve the ref again")
        self.commit = commit
        self.author = found.author.name
        self.subject = found.message.split("\n", 1)[0].strip()
        self._root = str(found.tree_id)

    def lookup(self, path: str) -> Found:
        """What stands at ``path``; "" is the root."""
        kind, _ = self._find(path)
        if kind in {"dir", "missing"}:
            return kind  # type: ignore[return-value]
        return "file" if kind in {"file", "executable"} else kind  # type: ignore[return-value]

    def walk(self, path: str) -> Iterator[TreeEntry]:
        """All leaves below ``path``, in git's order of directories; the file itself as ""."""
        kind, oid = self._find(path)
        if kind == "dir":
            yield from self._below(oid, "")
        elif kind != "missing":
            yield TreeEntry("", oid, kind)  # type: ignore[arg-type]

    def read(self, blob: str) -> bytes:
        """The bytes of a blob; StoreBroken when it cannot be read."""
        found = _get(self._repository, blob, self._where)
        if not isinstance(found, pygit2.Blob):
            raise StoreBroken(f"{self._where}: blob {blob} is missing; it is fetched anew")
        return found.data

    def blob_size(self, blob: str) -> int:
        """Bytes of a blob."""
        found = _get(self._repository, blob, self._where)
        if not isinstance(found, pygit2.Blob):
            raise StoreBroken(f"{self._where}: blob {blob} is missing; it is fetched anew")
        return found.size

    def prune(self) -> None:
        """Forgets directories that this commit does not have."""
        used: set[str] = set()
        waiting = [self._root]
        while waiting:
            oid = waiting.pop()
            folder = self._folders.get(oid)
            if folder is not None and oid not in used:
                used.add(oid)
                waiting.extend(child for _, child in folder.folders)
        for oid in [oid for oid in self._folders if oid not in used]:
            del self._folders[oid]

    def _below(self, oid: str, prefix: str) -> Iterator[TreeEntry]:
        folder = self._folder(oid)
        if prefix:
            for leaf in folder.leaves:
                yield TreeEntry(prefix + leaf.path, leaf.blob, leaf.kind)
        else:
            yield from folder.leaves
        for name, child in folder.folders:
            yield from self._below(child, f"{prefix}{name}/")

    def _find(self, path: str) -> tuple[str, str]:
        kind, oid = "dir", self._root
        for part in path.split("/") if path else ():
            if kind != "dir":
                return "missing", ""
            folder = self._folder(oid)
            kind, oid = "missing", ""
            for name, child in folder.folders:
                if name == part:
                    kind, oid = "dir", child
            for leaf in folder.leaves:
                if leaf.path == part:
                    kind, oid = leaf.kind, leaf.blob
        return kind, oid

    def _folder(self, oid: str) -> Folder:
        known = self._folders.get(oid)
        if known is None:
            known = self._folders[oid] = self._read(oid)
        return known

    def _read(self, oid: str) -> Folder:
        tree = _get(self._repository, oid, self._where)
        if not isinstance(tree, pygit2.Tree):
            raise StoreBroken(f"{self._where}: tree {oid} is missing; it is fetched anew")
        leaves: list[TreeEntry] = []
        folders: list[tuple[str, str]] = []
        for entry in tree:
            name = _name(entry.raw_name, self._where, self.commit)
            mode = int(entry.filemode)
            if mode == _TREE:
                folders.append((name, str(entry.id)))
            else:
                leaves.append(TreeEntry(name, str(entry.id), _KINDS.get(mode, "file")))
        return Folder(tuple(leaves), tuple(folders))


def _name(raw: bytes | None, where: str, commit: str) -> str:
    try:
        return (raw or b"").decode("utf-8")
    except UnicodeDecodeError:
        raise PlanInvalid(
            f"{where}, commit {commit[:7]}: the name {raw!r} is not UTF-8; rename the file in git"
        ) from None


def _get(repository: Repository, oid: str, where: str) -> object:
    try:
        return repository.get(oid)
    except failures.LIBGIT2_ERRORS as error:
        raise failures.of_store(error, where) from None
