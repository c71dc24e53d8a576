"""What is kept of a file says the same as the entry that was given, whatever is in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from stoker.sync.entry import Entry, as_written, inode_of, pack, unpack

if TYPE_CHECKING:
    from pathlib import Path

SHA1, SHA256 = "0a" * 20, "1b" * 32
LATEST = 1 << 63
"""Nanoseconds: a time in 2262 from which on 64 bits do not tell it. XFS and btrfs know later ones."""

ENTRIES = {
    "plain": Entry(SHA1, SHA1, "", 12, 1_700_000_000_000_000_000, 345),
    "sha256": Entry(SHA256, SHA256, "", 0, 1, 2),
    "before 1970": Entry(SHA1, SHA1, "", 12, -1, 345),
    "large inode": Entry(SHA1, SHA1, "", 12, 1, (1 << 64) - 1),
    "made": Entry(SHA1, "0b" * 20, "GatewayName#77", 12, 1, 2),
    "made the same": Entry(SHA1, SHA1, "#77", 12, 1, 2),
    "far future": Entry(SHA1, SHA1, "", 12, LATEST, 2),
    "no hex": Entry("gone", "gone", "", 12, 1, 2),
}


@pytest.mark.parametrize("what", ENTRIES)
def test_it_is_unpacked_as_it_was(what: str) -> None:
    entry = ENTRIES[what]
    assert unpack(pack(entry)) == entry
    assert inode_of(pack(entry)) == entry.inode


def test_an_untouched_plain_copy_is_known_by_it(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"1")
    found = file.stat()
    kept = pack(Entry(SHA1, SHA1, "", found.st_size, found.st_mtime_ns, found.st_ino))
    assert kept == as_written(bytes.fromhex(SHA1), found)
    os.utime(file, ns=(1, found.st_mtime_ns + 1))
    assert kept != as_written(bytes.fromhex(SHA1), file.stat())
