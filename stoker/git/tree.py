"""A commit as a readable tree, in the shape that the sync engine asks for.

Directories are read raw from the object database and remembered nowhere: a whole walk of 15,000 files costs a tenth of a
second and is needed at a start only. After that ``changes`` tells two commits apart by the ids of their directories, and
reads just those that differ.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, Literal

from stoker.errors import CommitGone, PlanInvalid, StokerError, StoreBroken
from stoker.git import failures
from stoker.git.entries import EMPTY, TreeEntry, read_folder
from stoker.git.library import pygit2

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stoker.git.entries import Folder

Found = Literal["dir", "file", "symlink", "submodule", "missing"]
_NO_FOLDER: Final = ""

ENTRIES: Final = 250_000
"""Files, links and folders of one walk. A kilobyte of trees can name ten thousand millions of them."""
DEPTH: Final = 300
"""Folders above a file."""
PATH_LENGTH: Final = 2048
"""Characters of a path; the system takes 4,095 bytes, and what is above the data directory is not known here."""
PATHS_BYTES: Final = 32 * 1024 * 1024
"""Of the folders' paths of one walk, each counted once for every file in it: long names above many files are a bomb too."""
FILE_BYTES: Final = 64 * 1024 * 1024
"""Of one file: it is in memory twice while it is read, and an agent has 256 MB."""
FOLDER_BYTES: Final = 16 * 1024 * 1024


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
        """What names a directory (its object id) or leaf (kind and id, since a blob does not say that it is executable).

        "" when there is none; equal identities, equal content and modes.
        """
        kind, oid = self._find(path)
        return oid if kind in {"dir", "missing"} else f"{kind} {oid}"

    def walk(self, path: str) -> Iterator[TreeEntry]:
        """All leaves below ``path``, in git's order of directories; the file itself as "". PlanInvalid past the bounds above."""
        kind, oid = self._find(path)
        if kind == "dir":
            yield from self._below(oid, path)
        elif kind != "missing":
            yield TreeEntry("", oid, kind)  # type: ignore[arg-type]

    def changes(self, path: str, since: str) -> list[TreeEntry] | None:
        """The leaves below directory ``path`` that differ from those of the directory ``since`` (an ``identity``).

        None when that one is not in the store any more, or more differs than a walk may find. Reads only directories that differ.
        """
        found: list[TreeEntry] = []
        waiting = [(since, self._find(path)[1], "")]
        folders = 0
        try:
            while waiting:
                waiting += self._compare(*waiting.pop(), found)
                folders += 1
                if len(found) + len(waiting) + folders > ENTRIES:
                    return None
        except StoreBroken:
            return None
        return found

    def read(self, blob: str) -> bytes:
        """The bytes of a blob. StoreBroken when it cannot be read, PlanInvalid when it is too large."""
        return self._read(blob, pygit2.enums.ObjectType.BLOB, FILE_BYTES)

    def _below(self, oid: str, path: str) -> Iterator[TreeEntry]:
        count = weight = 0
        waiting = [(oid, "", "", 0)]  # each folder's own name apart: most of the path they share
        while waiting:
            at, above, name, depth = waiting.pop()
            prefix = f"{above}{name}/" if name else ""
            folder = self._folder(at)
            count += 1 + len(folder.leaves)
            weight += len(prefix.encode()) * (1 + len(folder.leaves))
            if count + len(waiting) > ENTRIES:
                raise self._past(path, prefix, f"holds more than {ENTRIES:,} files and folders")
            if depth > DEPTH:
                raise self._past(path, prefix, f"has more than {DEPTH} folders in one another")
            if len(prefix) > PATH_LENGTH:
                raise self._past(path, prefix, f"has a path of more than {PATH_LENGTH:,} characters")
            if weight > PATHS_BYTES:
                raise self._past(path, prefix, f"has paths of more than {PATHS_BYTES:,} bytes together")
            for leaf, blob, kind in folder.leaves.values():
                yield TreeEntry(prefix + leaf, blob, kind)
            waiting.extend((child, prefix, below, depth + 1) for below, child in reversed(folder.folders.items()))

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

    def _past(self, path: str, prefix: str, fault: str) -> PlanInvalid:
        """The error of a walk below ``path`` that came to ``prefix`` and goes no further."""
        return PlanInvalid(
            f"{self._where}, commit {self.commit[:7]}: {path or 'the root'!r} {fault} (at {prefix[:80]!r}), which is not"
            " synced; map a folder with less in it"
        )

    def _find(self, path: str) -> tuple[str, str]:
        kind, oid = "dir", self._root
        for part in path.split("/") if path else ():
            folder = self._folder(oid) if kind == "dir" else EMPTY
            leaf = folder.leaves.get(part)
            if leaf is not None:
                kind, oid = leaf.kind, leaf.blob
            else:
                oid = folder.folders.get(part, "")
                kind = "dir" if oid else "missing"
        return kind, oid

    def _folder(self, oid: str) -> Folder:
        if oid == _NO_FOLDER:
            return EMPTY
        data = self._read(oid, pygit2.enums.ObjectType.TREE, FOLDER_BYTES)
        return read_folder(data, oid, where=self._where, commit=self.commit)

    def _read(self, oid: str, kind: pygit2.enums.ObjectType, most: int) -> bytes:
        """The bytes of an object of that kind. StoreBroken; PlanInvalid for another kind, or more than ``most`` bytes.

        Its head is looked at first: it may be a million times smaller than its content, which is never all in memory then.
        """
        try:
            found, size = self._odb.read_header(oid)
            if found == kind and size <= most:
                return self._odb.read(oid)[1]
        except KeyError:
            raise StoreBroken(f"{self._where}: {kind.name.lower()} {oid} is missing; it is fetched anew") from None
        except failures.LIBGIT2_ERRORS as error:
            raise failures.of_store(error, self._where) from None
        where = f"{self._where}, commit {self.commit[:7]}"
        if found != kind:
            if size > FILE_BYTES or not self._is_itself(oid):
                raise StoreBroken(f"{self._where}: {kind.name.lower()} {oid} is damaged; it is fetched anew")
            raise PlanInvalid(
                f"{where}: object {oid} is a {_name(found)}, and is named as a {_name(kind)}; run git fsck where it came from"
            )
        what = repr(self._path_of(oid)) if kind == pygit2.enums.ObjectType.BLOB else f"a folder (tree {oid})"
        raise PlanInvalid(
            f"{where}: {what} has {size:,} bytes, more than the {most:,} that are synced; keep it elsewhere, or exclude it"
        )

    def _is_itself(self, oid: str) -> bool:
        """Whether the object has the content that its name says: it is what was pushed, and no damage of this disk."""
        try:
            kind, data = self._odb.read(oid)
        except failures.LIBGIT2_ERRORS:
            return False
        digest = hashlib.sha256 if len(oid) == 64 else hashlib.sha1
        return digest(b"%s %d\0" % (_name(kind).encode(), len(data)) + data, usedforsecurity=False).hexdigest() == oid

    def _path_of(self, blob: str) -> str:
        """Where the blob is, for a message."""
        try:
            return next((entry.path for entry in self.walk("") if entry.blob == blob), blob)
        except StokerError:
            return blob


def _name(kind: int) -> str:
    return pygit2.enums.ObjectType(kind).name.lower()
