"""git's pkt-line framing (gitprotocol-common): four hex digits of length, then the payload; 0000 flush, 0001 delimiter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from stoker.errors import GitServerError

if TYPE_CHECKING:
    from collections.abc import Iterator

FLUSH: Final = b"0000"
DELIMITER: Final = b"0001"
_LENGTH: Final = re.compile(rb"[0-9a-fA-F]{4}")


def encode(text: str) -> bytes:
    """One line."""
    data = text.encode()
    return b"%04x" % (len(data) + 4) + data


def decode(data: bytes) -> Iterator[bytes | None]:
    """The payloads in order, None for a flush; GitServerError for anything that is not framed so."""
    at = 0
    while at < len(data):
        head = data[at : at + 4]
        if not _LENGTH.fullmatch(head):
            if len(head) < 4:
                raise GitServerError("the server's answer was cut short; it is asked again")
            raise GitServerError("the server's answer is not git's protocol; check that the URL is a git repository")
        size = int(head, 16)
        if size < 3:
            yield None
            at += 4
            continue
        if size == 3:
            raise GitServerError("the server's answer is not git's protocol; check that the URL is a git repository")
        if at + size > len(data):
            raise GitServerError("the server's answer was cut short; it is asked again")
        yield data[at + 4 : at + size]
        at += size
