"""The functions a template may call: how many arguments each takes, and whether the first must be a string.

Apart from what they do, because the parser refuses unknown names before anything runs.
"""

from __future__ import annotations

from typing import NamedTuple


class Signature(NamedTuple):
    """`least` arguments; `more` allows any number beyond; `text`: the first must be a string."""

    least: int
    more: bool
    text: bool = False


_ONE = Signature(1, more=False)
_TWO = Signature(2, more=False)
_ONE_OR_MORE = Signature(1, more=True)
_ANY = Signature(0, more=True)

SIGNATURES = {
    "and": _ONE_OR_MORE,
    "call": _ONE_OR_MORE,
    "eq": _ONE_OR_MORE,
    "ge": _TWO,
    "gt": _TWO,
    "html": _ANY,
    "index": _ONE_OR_MORE,
    "js": _ANY,
    "le": _TWO,
    "len": _ONE,
    "lt": _TWO,
    "ne": _TWO,
    "not": _ONE,
    "or": _ONE_OR_MORE,
    "print": _ANY,
    "printf": Signature(1, more=True, text=True),
    "println": _ANY,
    "slice": _ONE_OR_MORE,
    "urlquery": _ANY,
}
