"""Patterns that a plain translation would try in more ways than there are atoms: they are answered, and rightly."""

from __future__ import annotations

import pytest

from stoker.errors import PlanInvalid
from stoker.sync.globs import compile_globs

FOLDERS = "a/" * 1000
NAME = "a" * 255


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("**/a/" * 12 + "b", FOLDERS + "c", False),
        ("**/a/" * 12 + "b", FOLDERS + "b", True),
        ("*a" * 12 + "b", NAME, False),
        ("*a" * 12 + "*b", NAME + "b", True),
        ("?*" * 20 + "b/**", NAME, False),
        ("**/*a*a*a*b/" * 5 + "x", (NAME + "/") * 20, False),
        ("**/" * 100 + "x", FOLDERS, False),
        ("*" * 500 + "b", NAME, False),
        ("[^b]*" * 20 + "/c", NAME, False),
        ("{*,a}" * 6 + "b", NAME, False),
        ("{" * 200 + "a" + "}" * 200 + "*", NAME, True),
    ],
)
def test_it_is_answered(pattern: str, name: str, matches: bool) -> None:
    globs = compile_globs([pattern])
    assert globs is not None
    assert globs.fullmatch(name) is matches


def test_braces_that_multiply_are_refused() -> None:
    with pytest.raises(PlanInvalid, match="more than 1,000 combinations in its braces"):
        compile_globs(["{a,b}" * 20])


def test_stars_that_braces_join_in_too_many_ways_are_refused() -> None:
    with pytest.raises(PlanInvalid, match="stars that its braces join in more than 100 ways"):
        compile_globs(["{*,a}" * 9])
