"""A commit as a readable tree, in the shape that the sync engine asks for.

Directories are read raw from the object database and remembered nowhere: a whole walk of 15,000 files costs a tenth of a
second and is needed at a start only. After that ``changes`` tells two commits apart by the ids of their directories, and
reads just those that differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from stoker.errors import CommitGone, PlanInvalid, StoreBroken
from stoker.git import failures
from stoker.git.library import pygit2

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["file", "executable", "symlink", "submodule"]
Found = Literal["dir", "file", "symlink", "submodule", "missing"]
_KINDS: Final[dict[bytes, Kind]] = {
    b"100644": "file",
    b"100664": "file",
    b"100755": "executable",
    b"120000": "symlink",
    b"160000": "submodule",
}
_FOLDERS: Final = (b"40000", b"040000")
_NO_FOLDER: Final = ""


class TreeEntry(NamedTuple):
    """One leaf: path relative to the walk, blob id in hex ("" in ``changes``: it is gone), kind."""

    path: str
    blob: str
    kind: Kind


class Folder(NamedTuple):
    """A directory's own leaves and the ids of its subdirectories, both by name."""

    leaves: dict[str, TreeEntry]
    folders: dict[str, str]


_EMPTY: Final = Folder({}, {})


class CommitTree:
    """One commit of an open repository; used from one thread at a time."""

    def __init__(self, repository: pygit2.Repository, commit: str, *, where: str) -> None:
        """CommitGone when the commit is not in the repository."""
        self._odb = repository.odb
        self._where = where
        try:
            found: object = repository.get(commit)
        except failures.LIBGIT2_ERRORS as error:
            raise failures.of_store(error, where) from None
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

    def identity(self, path: str) -> str:
        """The object id of the directory or leaf at ``path``, "" when there is none: equal ids, equal content."""
        return self._find(path)[1]

    def walk(self, path: str) -> Iterator[TreeEntry]:
        """All leaves below ``path``, in git's order of directories; the file itself as ""."""
        kind, oid = self._find(path)
        if kind == "dir":
            yield from self._below(oid, "")
        elif kind != "missing":
            yield TreeEntry("", oid, kind)  # type: ignore[arg-type]

    def changes(self, path: str, since: str) -> list[TreeEntry] | None:
        """The leaves below directory ``path`` that differ from those of the directory ``since`` (an ``identity``).

        None when that one is not in the store any more. Reads only directories that differ.
        """
        found: list[TreeEntry] = []
        waiting = [(since, self._find(path)[1], "")]
        try:
            while waiting:
                waiting += self._compare(*waiting.pop(), found)
        except StoreBroken:
            return None
        return found

    def read(self, blob: str) -> bytes:
        """The bytes of a blob; StoreBroken when it cannot be read."""
        return self._read(blob, pygit2.enums.ObjectType.BLOB)

    def _below(self, oid: str, prefix: str) -> Iterator[TreeEntry]:
        waiting = [(oid, prefix)]
        while waiting:
            at, above = waiting.pop()
            folder = self._folder(at)
            for name, blob, kind in folder.leaves.values():
                yield TreeEntry(above + name, blob, kind)
            waiting.extend((child, f"{above}{name}/") for name, child in reversed(folder.folders.items()))

    def _compare(self, old: str, new: str, prefix: str, found: list[TreeEntry]) -> list[tuple[str, str, str]]:
        """Adds the leaves that differ between two directories; returns the pairs of subdirectories that do."""
        before, after = self._folder(old), self._folder(new)
        for name, leaf in before.leaves.items():
            if name not in after.leaves:
                found.append(TreeEntry(prefix + name, "", leaf.kind))
        for name, leaf in after.leaves.items():
            if before.leaves.get(name) != leaf:
                found.append(TreeEntry(prefix + name, leaf.blob, leaf.kind))
        pairs = [
            (before.folders.get(name, _NO_FOLDER), after.folders.get(name, _NO_FOLDER), f"{prefix}{name}/")
            for name in {**before.folders, **after.folders}
        ]
        return [pair for pair in pairs if pair[0] != pair[1]]

    def _find(self, path: str) -> tuple[str, str]:
        kind, oid = "dir", self._root
        for part in path.split("/") if path else ():
            folder = self._folder(oid) if kind == "dir" else _EMPTY
            leaf = folder.leaves.get(part)
            if leaf is not None:
                kind, oid = leaf.kind, leaf.blob
            else:
                oid = folder.folders.get(part, "")
                kind = "dir" if oid else "missing"
        return kind, oid

    def _folder(self, oid: str) -> Folder:
        """One directory, read by git's own format: mode, blank, name, NUL, binary id."""
        if oid == _NO_FOLDER:
            return _EMPTY
        data = self._read(oid, pygit2.enums.ObjectType.TREE)
        leaves: dict[str, TreeEntry] = {}
        folders: dict[str, str] = {}
        at, width = 0, len(oid) // 2
        while at < len(data):
            blank = data.find(b" ", at)
            end = data.find(b"\0", blank)
            if blank < 0 or end < 0:
                raise StoreBroken(f"{self._where}: tree {oid} is damaged; it is fetched anew")
            mode, name = data[at:blank], self._name(data[blank + 1 : end])
            at = end + 1 + width
            child = data[end + 1 : at].hex()
            if mode in _FOLDERS:
                folders[name] = child
            else:
                leaves[name] = TreeEntry(name, child, _KINDS.get(mode, "file"))
        return Folder(leaves, folders)

    def _name(self, raw: bytes) -> str:
        try:
            return raw.decode()
        except UnicodeDecodeError:
            raise PlanInvalid(
                f"{self._where}, commit {self.commit[:7]}: the name {raw!r} is not UTF-8; rename the file in git"
            ) from None

    def _read(self, oid: str, kind: pygit2.enums.ObjectType) -> bytes:
        try:
            found, data = self._odb.read(oid)
        except KeyError:
            found, data = None, b""
        except failures.LIBGIT2_ERRORS as error:
            raise failures.of_store(error, self._where) from None
        if found != kind:
            raise StoreBroken(f"{self._where}: {kind.name.lower()} {oid} is missing; it is fetched anew")
        return data
