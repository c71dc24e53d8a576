"""What is remembered of one file that a sync wrote, and how that is kept: an agent has one for every file of its gateway.

Kept as an object with six values around it, one takes 256 bytes of memory; the entry of a plain copy, as nearly all are, is
packed into 80. It is unpacked when somebody asks for what is in it, which for an untouched file nobody does: that one is
known by its packed entry's being equal to `as_written`. On disk an entry is text all the same (see `records`).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import msgspec

from stoker.sync.recorded import a_text, numbers

if TYPE_CHECKING:
    import os

_STATE = struct.Struct("<qqQ")


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One file as a sync wrote it.

    blob: content id in the source tree; content: content id of what was written (differs when it was a template);
    recipe: what the template used, "" for a plain copy; size in bytes, mtime_ns and inode: of the file written.
    """

    blob: str
    content: str
    recipe: str
    size: int
    mtime_ns: int
    inode: int

    def fields(self) -> tuple[str, str, str, int, int, int]:
        """As the items of a record; a content equal to the blob is left empty."""
        content = "" if self.content == self.blob else self.content
        return self.blob, content, self.recipe, self.size, self.mtime_ns, self.inode

    @classmethod
    def of(cls, items: list[Any]) -> Entry:
        """The reverse of `fields`. Raises ValueError."""
        blob, content, recipe = map(a_text, items[:3])
        return cls(blob, content or blob, recipe, *numbers(items[3:], 3))


Packed = bytes | Entry
"""Size, time and inode, then the raw content id. What was made, and what does not fit, is kept as the entry it is."""


def pack(entry: Packed) -> Packed:
    """How it is kept."""
    if not isinstance(entry, Entry) or entry.recipe or entry.content != entry.blob:
        return entry
    try:
        return _STATE.pack(entry.size, entry.mtime_ns, entry.inode) + bytes.fromhex(entry.blob)
    except (struct.error, ValueError):  # some file systems know times that 64 bits do not, and a log may hold anything
        return entry


def unpack(packed: Packed) -> Entry:
    """The reverse of `pack`."""
    if isinstance(packed, Entry):
        return packed
    blob = packed[_STATE.size :].hex()
    return Entry(blob, blob, "", *_STATE.unpack_from(packed))


def inode_of(packed: Packed) -> int:
    """Of the file written."""
    inode: int = packed.inode if isinstance(packed, Entry) else _STATE.unpack_from(packed)[2]
    return inode


def as_written(blob: bytes, found: os.stat_result) -> bytes:
    """The packed entry of a plain copy of `blob` (a raw content id) whose file is in this state; b"" where it has none."""
    try:
        return _STATE.pack(found.st_size, found.st_mtime_ns, found.st_ino) + blob
    except struct.error:
        return b""
