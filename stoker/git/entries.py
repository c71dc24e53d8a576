"""One directory of a commit, read from git's own bytes: mode, blank, name, NUL, binary id.

Directories come from whoever may push, and not every server looks into them. What no git writes is refused here and not
made sense of: of a name that stands twice, or holds a slash, a look-up and a walk would tell different things. Whether a
name may be written is not known here; the sync engine says so, of whole paths.
"""

from __future__ import annotations

import stat
from typing import Final, Literal, NamedTuple

from stoker.errors import PlanInvalid, StoreBroken

Kind = Literal["file", "executable", "symlink", "submodule"]
_KINDS: Final[dict[bytes, Kind]] = {
    b"100644": "file",
    b"100664": "file",
    b"100755": "executable",
    b"120000": "symlink",
    b"160000": "submodule",
}
_FOLDERS: Final = (b"40000", b"040000")


class TreeEntry(NamedTuple):
    """One leaf: path relative to the walk, blob id in hex ("" in ``CommitTree.changes``: it is gone), kind."""

    path: str
    blob: str
    kind: Kind


class Folder(NamedTuple):
    """A directory's own leaves and the ids of its subdirectories, both by name."""

    leaves: dict[str, TreeEntry]
    folders: dict[str, str]


EMPTY: Final = Folder({}, {})


def read_folder(data: bytes, oid: str, *, where: str, commit: str) -> Folder:
    """The directory ``oid``, of these bytes. ``where``, ``commit``: for messages. StoreBroken, PlanInvalid (its names)."""
    leaves: dict[str, TreeEntry] = {}
    folders: dict[str, str] = {}
    at, width, size = 0, len(oid) // 2, len(data)
    while at < size:
        blank = data.find(b" ", at)
        end = data.find(b"\0", blank)
        if blank < 0 or end < 0 or end + width >= size:
            raise _damaged(where, oid)
        mode, raw = data[at:blank], data[blank + 1 : end]
        at = end + 1 + width
        child = data[end + 1 : at].hex()
        try:
            name = raw.decode()
            if not name or "/" in name or name in leaves or name in folders:
                raise _refused(raw, name, where, commit)
            if mode in _FOLDERS:
                folders[name] = child
                continue
            kind = _KINDS.get(mode) or _kind(int(mode, 8))
        except UnicodeDecodeError:
            raise PlanInvalid(f"{_of(where, commit)}: the name {raw!r} is not UTF-8; rename the file in git") from None
        except ValueError:
            raise _damaged(where, oid) from None
        if kind == "dir":
            folders[name] = child
        else:
            leaves[name] = TreeEntry(name, child, kind)
    return Folder(leaves, folders)


def _kind(mode: int) -> Kind | Literal["dir"]:
    """Of a mode that git does not write any more, as git takes it."""
    if stat.S_ISDIR(mode):
        return "dir"
    if stat.S_ISLNK(mode):
        return "symlink"
    if stat.S_ISREG(mode):
        return "executable" if mode & stat.S_IXUSR else "file"
    return "submodule"


def _damaged(where: str, oid: str) -> StoreBroken:
    return StoreBroken(f"{where}: tree {oid} is damaged; it is fetched anew")


def _refused(raw: bytes, name: str, where: str, commit: str) -> PlanInvalid:
    fault = f"holds the name {name!r} twice" if name else "holds an entry without a name"
    if "/" in name:
        fault = f"holds the name {raw.decode()!r}, which has a slash in it"
    return PlanInvalid(f"{_of(where, commit)}: a folder {fault}; run git fsck where it came from")


def _of(where: str, commit: str) -> str:
    return f"{where}, commit {commit[:7]}"
