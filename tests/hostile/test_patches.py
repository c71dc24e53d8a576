"""Documents, paths and values that a patch might choke on: deep, long, far, and none of them JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from stoker.sync.jsonset import set_values
from tests.hostile.ground import bounded

if TYPE_CHECKING:
    from collections.abc import Callable

DEEP = 100_000


class Hostile(NamedTuple):
    """A document, a path and a value, and the error wanted; "" where the value is set, however odd."""

    name: str
    document: Callable[[], bytes]
    path: Callable[[], str]
    value: Callable[[], str]
    error: str


def plain() -> bytes:
    """A small document."""
    return b'{"a": [1], "b": {}}'


def one() -> str:
    """A harmless value."""
    return "1"


def at_a() -> str:
    """A harmless path."""
    return "a"


CASES = [
    Hostile("lists without end", lambda: b"[" * DEEP + b"]" * DEEP, at_a, one, "PatchInvalid"),
    Hostile("objects without end", lambda: b'{"a":' * DEEP + b"1" + b"}" * DEEP, at_a, one, ""),
    Hostile("openings without end", lambda: b"[" * 1_000_000, at_a, one, "PatchInvalid"),
    Hostile("a string without end", lambda: b'{"a": "' + b"x" * 8_000_000, at_a, one, "PatchInvalid"),
    Hostile("escapes without end", lambda: b'{"a": "' + b"\\" * 8_000_001, at_a, one, "PatchInvalid"),
    Hostile("a number without end", lambda: b'{"a": ' + b"1" * 8_000_000 + b"}", at_a, one, ""),
    Hostile("blanks without end", lambda: b" " * 8_000_000 + plain(), at_a, one, ""),
    Hostile("keys without end", lambda: b"{" + b'"a":1,' * 1_000_000 + b'"a":1}', at_a, one, ""),
    Hostile("bytes that are no UTF-8", lambda: b'{"a": "\xff"}', at_a, one, "PatchInvalid"),
    Hostile("a path without end", plain, lambda: "b" + ".b" * DEEP, one, ""),
    Hostile("a path of numbers without end", plain, lambda: "a" + ".0" * DEEP, one, ""),
    Hostile("a place of a thousand million", plain, lambda: "a.1000000000", one, "PatchInvalid"),
    Hostile("a place of a million digits", plain, lambda: "a." + "9" * 1_000_000, one, "PatchInvalid"),
    Hostile("a path of dots", plain, lambda: "." * DEEP, one, ""),
    Hostile("a path that ends in an escape", plain, lambda: "a\\", one, ""),
    Hostile("a path of NUL", plain, lambda: "\0", one, ""),
    Hostile("a value without end", plain, at_a, lambda: "[" * DEEP + "]" * DEEP, ""),
    Hostile("a value that is half of a letter", plain, at_a, lambda: "\ud800", "PatchInvalid"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_patch_is_refused_or_set(case: Hostile) -> None:
    told = bounded(lambda: _patched(case))
    assert told.error == case.error, told
    if case.error:
        assert told.words.startswith("projects/a")


def _patched(case: Hostile) -> None:
    set_values(case.document(), {case.path(): case.value()}, "projects/a")
