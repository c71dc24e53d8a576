"""A form's field ``payload``, which holds the JSON where a webhook's content type is that of forms. Pure.

GitHub signs the form as it was sent; Gitea, Forgejo and Gogs the JSON in it, so that whoever checks a signature needs it too.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TYPE: Final = "application/x-www-form-urlencoded"
FIELD: Final = b"payload="
SIZE: Final = 64 * 1024
"""Bytes that are decoded at a time."""


def is_form(headers: Mapping[str, str]) -> bool:
    """Whether the content type says so; ``headers`` with lower-case names."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() == TYPE


def payload(raw: bytes | bytearray) -> bytes:
    """The field, decoded; empty when there is none."""
    return b"".join(pieces(raw))


def pieces(raw: bytes | bytearray) -> Iterator[bytes]:
    """The field, decoded a piece at a time: a stranger's form must cost no memory beyond its body.

    As quoted-printable, which is the same but for its sign: the standard library's own decoder makes an object of each
    escape, which for a body of 25 MiB are two gigabytes and twelve seconds.
    """
    at = 0 if raw.startswith(FIELD) else raw.find(b"&" + FIELD) + 1
    if not raw.startswith(FIELD, at):
        return
    at += len(FIELD)
    ampersand = raw.find(b"&", at)
    end = len(raw) if ampersand < 0 else ampersand
    while at < end:
        piece = bytes(raw[at : min(at + SIZE, end)])
        torn = piece.rfind(b"%", len(piece) - 2)
        if torn > 0 and at + len(piece) < end:
            piece = piece[:torn]
        at += len(piece)
        yield binascii.a2b_qp(piece.replace(b"=", b"%3D").replace(b"+", b" ").replace(b"%", b"="))
