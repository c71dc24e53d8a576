"""One resource as the gateway reads it: its resource.json, the files it lists, and whether it was whole at that moment.

A read is only judged when resource.json was the same before and after it, so that a writer who replaces it meanwhile is
read again and never accused. Everything here blocks.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST: Final = "resource.json"
ATTEMPTS: Final = 5


class Stamp(NamedTuple):
    """What tells one state of a file from another without reading it."""

    inode: int
    size: int
    mtime_ns: int


class Resource(NamedTuple):
    """A resource that was whole: its manifest, its payloads by name, and the stamps of all of them."""

    manifest: dict[str, Any]
    payloads: dict[str, bytes]
    stamps: dict[str, Stamp]

    def digests(self) -> dict[str, str]:
        """What tells one content of each payload from another, by name."""
        return {name: hashlib.sha256(data).hexdigest() for name, data in self.payloads.items()}


class Broken(NamedTuple):
    """A resource that was not whole, and why."""

    trouble: str


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a file; None when it is not there."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return Stamp(found.st_ino, found.st_size, found.st_mtime_ns)


def read(folder: Path) -> Resource | Broken | None:
    """The resource in ``folder``; None when it is gone, or changed faster than it could be read."""
    for _ in range(ATTEMPTS):
        before = stamp_of(folder / MANIFEST)
        if before is None:
            return None
        found = _read(folder, before)
        if found is not None and stamp_of(folder / MANIFEST) == before:
            return found
    return None


def _read(folder: Path, before: Stamp) -> Resource | Broken | None:
    try:
        raw = (folder / MANIFEST).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        manifest = json.loads(raw)
    except (ValueError, RecursionError):
        return Broken("its resource.json is no JSON")
    names = manifest.get("files", []) if isinstance(manifest, dict) else None
    if not isinstance(names, list):
        return Broken("its resource.json is no resource's")
    payloads: dict[str, bytes] = {}
    stamps = {MANIFEST: before}
    for name in map(str, names):
        stamp = stamp_of(folder / name)
        try:
            payloads[name] = (folder / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return Broken(f"its file {name} is missing")
        if stamp is not None:
            stamps[name] = stamp
    return Resource(manifest, payloads, stamps)
