"""Anybody else, such as curl: ``{"ref": "…"}``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.receiver.said import NO_REF, UNKNOWN, Malformed, Said, ordered

if TYPE_CHECKING:
    from stoker.receiver.senders.fields import Body, Headers


def said(_headers: Headers, body: Body) -> Said:
    """An order to follow ``ref``."""
    return ordered("generic", body["ref"]) if "ref" in body else Malformed(UNKNOWN, NO_REF)
