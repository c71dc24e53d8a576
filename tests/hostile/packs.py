"""Packs written by hand: an object that is small as a delta and large as itself."""

from __future__ import annotations

import hashlib
import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.gitrepos import Origin

_BLOB, _REF_DELTA = 3, 7
_MOST = 0xFFFFFF
"""Bytes that one instruction to copy takes."""


def delta_bomb(origin: Origin, megabytes: int) -> str:
    """A blob of so many megabytes: one of 16 MB of zeros, copied again and again. Its id is not that of its content."""
    base = bytes(_MOST)
    base_id = hashlib.sha1(b"blob %d\0" % len(base) + base).digest()
    bomb_id = hashlib.sha1(b"bomb").digest()
    size = megabytes << 20
    copies, rest = divmod(size, _MOST)
    whole = b"\xf0\xff\xff\xff"
    delta = _number(len(base)) + _number(size) + whole * copies + (b"\xf0" + struct.pack("<I", rest)[:3]) * bool(rest)
    first = _head(_BLOB, len(base)) + zlib.compress(base, 9)
    second = _head(_REF_DELTA, len(delta)) + base_id + zlib.compress(delta, 9)
    _write(origin, [(base_id, first), (bomb_id, second)])
    return bomb_id.hex()


def _write(origin: Origin, objects: list[tuple[bytes, bytes]]) -> None:
    pack = b"PACK" + struct.pack(">II", 2, len(objects))
    found = []
    for oid, data in objects:
        found.append((oid, zlib.crc32(data), len(pack)))
        pack += data
    pack += hashlib.sha1(pack).digest()
    found.sort()
    fanout = b"".join(struct.pack(">I", sum(oid[0] <= first for oid, _, _ in found)) for first in range(256))
    index = b"\xfftOc" + struct.pack(">I", 2) + fanout + b"".join(oid for oid, _, _ in found)
    index += b"".join(struct.pack(">I", crc) for _, crc, _ in found)
    index += b"".join(struct.pack(">I", at) for _, _, at in found) + pack[-20:]
    folder = origin.path / "objects/pack"
    folder.mkdir(exist_ok=True)
    name = f"pack-{pack[-20:].hex()}"
    (folder / f"{name}.pack").write_bytes(pack)
    (folder / f"{name}.idx").write_bytes(index + hashlib.sha1(index).digest())


def _head(kind: int, size: int) -> bytes:
    """Three bits of kind, then the size, four bits and seven at a time."""
    out, size = [kind << 4 | size & 15], size >> 4
    while size:
        out[-1] |= 0x80
        out.append(size & 0x7F)
        size >>= 7
    return bytes(out)


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
