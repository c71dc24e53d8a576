"""One value set at one path, as sjson does it: found and replaced, or made with all that is missing on the way.

What the library does that surprises is kept: a scalar in the way becomes an object (an array before a number), an index
past the end is filled up with null, the first of several equal keys is meant. Two things are refused because they would
do harm in silence: to look for JSON inside a string, and thousands of nulls for one large index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.errors import PatchInvalid
from stoker.sync.jsonset.path import MOST_NULLS
from stoker.sync.jsonset.words import json_string

if TYPE_CHECKING:
    from stoker.sync.jsonset.document import Document, Place
    from stoker.sync.jsonset.path import Part


def put(document: Document, parts: list[Part], text: bytes, place: str) -> None:
    """Set the value at `parts` of `document` to `text`, which is JSON. Raises PatchInvalid with `place`."""
    value = document.root()
    for depth, part in enumerate(parts):
        if value.kind not in "{[":
            _replace_scalar(value, parts[depth:], text, place)
            return
        found = _find(value, part)
        if found is None:
            _add(value, parts[depth:], text, place)
            return
        value = found
    value.replace(text)


def _find(container: Place, part: Part) -> Place | None:
    if container.kind == "{":
        return container.member(part.name)
    return container.element(part.index) if part.index is not None else None


def _add(container: Place, parts: list[Part], text: bytes, place: str) -> None:
    first = parts[0]
    made = _made(parts[1:], text, place)
    if container.kind == "{":
        container.add_member(first.name, json_string(first.name), made)
        return
    nulls = 0
    if first.number is not None:
        nulls = _checked(first.number - container.count(), place)
    elif not first.appends:
        raise PatchInvalid(
            f"{place}: {_shown(first)} is no index, but there is an array: name an element by its number, or add one with -1"
        )
    container.add_element(made, nulls)


def _replace_scalar(scalar: Place, parts: list[Part], text: bytes, place: str) -> None:
    if scalar.kind == '"' and any(mark in scalar.text() for mark in (b"{", b"[")):
        raise PatchInvalid(
            f"{place}: {_shown(parts[0])} leads into a string that holds '{{' or '[', which is not looked into:"
            " set the whole string, or a value beside it"
        )
    first = parts[0]
    made = _made(parts[1:], text, place)
    if first.number is None:  # -1 too: it adds to an array that is there or missing, and not to a scalar
        scalar.replace(b"{" + json_string(first.name) + b":" + made + b"}")
    else:
        scalar.replace(b"[" + b"null," * _checked(first.number, place) + made + b"]")


def _made(parts: list[Part], text: bytes, place: str) -> bytes:
    """`text` wrapped in the objects and arrays that `parts` ask for."""
    before: list[bytes] = []
    after: list[bytes] = []
    for part in parts:
        if part.number is not None or part.appends:
            before.append(b"[" + b"null," * _checked(part.number or 0, place))
            after.append(b"]")
        else:
            before.append(b"{" + json_string(part.name) + b":")
            after.append(b"}")
    return b"".join(before) + text + b"".join(reversed(after))


def _checked(nulls: int, place: str) -> int:
    if nulls > MOST_NULLS:
        raise PatchInvalid(
            f"{place}: the index is more than {MOST_NULLS:,} past the array's end, and each element between would be"
            " null: name a nearer one, or -1 to add one"
        )
    return max(0, nulls)


def _shown(part: Part) -> str:
    return repr(part.name.decode())
