"""Paths as tidwall/sjson reads them, into their parts; what a part is as an index is said here too.

Dots separate parts, a backslash takes the next character as it is, a colon before a part makes a number a key. What the
library reads as a query, a wildcard or a modifier names several places, or none without a word: it is refused here with
the way to escape it, and so is the empty path, which the library takes for the key "".
"""

from __future__ import annotations

import re

from stoker.errors import PatchInvalid
from stoker.values import Value

# More missing elements than this before an index are a slip of the pen, and each is written as `null`.
MOST_NULLS = 10_000
_BEYOND = 2**62  # any number that no array reaches

_SPECIAL = {
    "*": "a wildcard",
    "?": "a wildcard",
    "#": "a query over all elements",
    "|": "a pipe",
    "@": "a modifier",
}
_LITERAL = re.compile(r'!(?:[\[{"+\-0-9].*|true|false|null|nan|inf)', re.IGNORECASE | re.DOTALL)


class Part(Value, frozen=True):
    """One part of a path. name: its bytes without escapes; forced: a colon stood before it.

    number: what it counts as an index when something is made (the empty part is 0), or None. index: the element of an
    existing array that it finds, or None; an escape anywhere keeps it from finding one.
    """

    name: bytes
    forced: bool
    number: int | None
    index: int | None

    @property
    def appends(self) -> bool:
        """Is it `-1`, which adds an element?"""
        return self.name == b"-1" and not self.forced


def parse_path(path: str, place: str) -> list[Part]:
    """The parts of `path`, one at least. Raises PatchInvalid with `place` for what names no single place."""
    if not path:
        raise PatchInvalid(f"{place}: the path is empty: name the value to set, as in settings.timeout")
    parts = []
    at = 0
    while at <= len(path):
        part, at = _part(path, at, place)
        parts.append(part)
    return parts


def _part(path: str, at: int, place: str) -> tuple[Part, int]:
    """The part from `at` on, and where the next one begins (past the end after the last)."""
    forced = path.startswith(":", at)
    at += forced
    begin = at
    name = []
    while at < len(path) and (char := path[at]) != ".":
        if char in _SPECIAL:
            raise PatchInvalid(
                f"{place}: {char!r} is {_SPECIAL[char]}: name one value, and write \\{char} for the character"
            )
        if char == "\\":
            at += 1
            char = path[at : at + 1]
        name.append(char)
        at += 1
    raw = path[begin:at]
    if (raw[:1] in ("[", "{") and len(raw) > 1) or _LITERAL.fullmatch(raw):
        raise PatchInvalid(
            f"{place}: a part that begins with {raw[0]!r} is a selector: write an index as list.0, and"
            f" \\{raw[0]} for the character"
        )
    text = "".join(name)
    digits = all(char in "0123456789" for char in text)
    number = _number(text) if digits else None
    index = number if text and "\\" not in raw else None
    return Part(text.encode(), forced, None if forced else number, index), at + 1


def _number(digits: str) -> int:
    short = digits.lstrip("0")
    return int(short or "0") if len(short) <= 18 else _BEYOND
