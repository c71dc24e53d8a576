"""Lines of JSON in blocks that count as a whole or not at all: the common alphabet of manifest and journal.

A line is one JSON array whose first item names the record. A block ends with `["end", crc]`, the CRC-32 (eight hex
digits) of all its bytes before that line. JSON, and not a denser format, so that somebody who stands before a broken
plant can read it. Paths that are no UTF-8 survive as escaped lone surrogates, which msgspec refuses and the standard
library takes; msgspec does all other lines, ten times as fast.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode
_CHUNK = 64 * 1024


def encode_record(*record: Any) -> bytes:
    """One line, with its newline."""
    try:
        return _encode(record) + b"\n"
    except UnicodeEncodeError:
        return json.dumps(record, separators=(",", ":")).encode("ascii") + b"\n"


def _decode_record(line: bytes) -> Any:
    try:
        try:
            return _decode(line)
        except msgspec.DecodeError:
            return json.loads(line)
    except RecursionError:
        raise ValueError("the line is nested without end") from None


class BlockWriter:
    """Encodes records into chunks and hands them to `write`; `size` counts the bytes, `lines` the records."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._chunks: list[bytes] = []
        self._pending = 0
        self._crc = 0
        self.size = 0
        self.lines = 0

    def add(self, *record: Any) -> None:
        """Append one record to the block."""
        line = encode_record(*record)
        self._chunks.append(line)
        self._pending += len(line)
        self.lines += 1
        if self._pending >= _CHUNK:
            self._flush()

    def end(self, *more: Any) -> None:
        """Close the block and write what is left; `more` follows as a record outside the checksum."""
        self._checksum()
        self._chunks.append(encode_record("end", f"{self._crc:08x}"))
        if more:
            self._chunks.append(encode_record(*more))
        self._emit()
        self._crc = 0

    def _flush(self) -> None:
        self._checksum()
        self._emit()

    def _checksum(self) -> None:
        data = b"".join(self._chunks)
        self._chunks = [data]
        self._crc = zlib.crc32(data, self._crc)

    def _emit(self) -> None:
        data = b"".join(self._chunks)
        self._chunks = []
        self._pending = 0
        self.size += len(data)
        self._write(data)


class BlockReader:
    """Takes lines one by one; tells when a block closed well."""

    def __init__(self) -> None:
        self.records: list[list[Any]] = []
        self._crc = 0

    def take(self, line: bytes) -> bool:
        """Feed one line with its newline; True when it closed the block. Raises ValueError for a torn or bad one."""
        if not line.endswith(b"\n"):
            raise ValueError("the line is not complete")
        record = _decode_record(line)
        if not isinstance(record, list) or not record:
            raise ValueError("the line is no record")
        if record[0] == "end":
            if record[1:] != [f"{self._crc:08x}"]:
                raise ValueError("the checksum differs")
            self._crc = 0
            return True
        self._crc = zlib.crc32(line, self._crc)
        self.records.append(record)
        return False
