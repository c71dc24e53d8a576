"""Kargo: a step of a promotion posts the Freight, whose first commit names the tag to follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stoker.receiver.said import Said, ordered
from stoker.receiver.senders.fields import at, texts

if TYPE_CHECKING:
    from stoker.receiver.senders.fields import Body, Headers


def said(_headers: Headers, body: Body) -> Said:
    """``freight.commits[0].tag``."""
    return ordered("kargo", at(body, "freight", "commits", 0, "tag"))


def recognised(body: dict[str, Any]) -> bool:
    """Whether a body without a sender's header holds a Freight that names a tag. One that names none may have a ref beside."""
    return bool(texts(at(body, "freight", "commits", 0), "tag"))
