"""Patterns without the library's quirks mean what the plain rules say: a backtracking matcher of a few lines agrees."""

from __future__ import annotations

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from stoker.sync.globs import Globs

CHARS = st.sampled_from(["a", "b", "?", "*", "[ab]", "[b-c]", r"\*"])
COMPONENTS = st.lists(CHARS, min_size=1, max_size=5).map("".join).filter(lambda text: "**" not in text)
PATTERNS = st.lists(COMPONENTS | st.just("**"), min_size=1, max_size=5).filter(
    # a quirk: a last `/**` may be nothing, but not after another star
    lambda parts: parts[-1] != "**" or not parts[-2:-1] or parts[-2][-1] != "*"
)
NAMES = st.lists(st.text("abc*", min_size=1, max_size=5), min_size=1, max_size=6)


def component(pattern: str, name: str) -> bool:
    """One component: `*` tries every length."""
    if not pattern:
        return not name
    if pattern[0] == "*":
        return any(component(pattern[1:], name[at:]) for at in range(len(name) + 1))
    if not name:
        return False
    if pattern[0] == "[":
        end = pattern.index("]")
        low, high = pattern[1], pattern[end - 1]
        return low <= name[0] <= high and component(pattern[end + 1 :], name[1:])
    if pattern[0] == "\\":
        return name[0] == pattern[1] and component(pattern[2:], name[1:])
    return pattern[0] in ("?", name[0]) and component(pattern[1:], name[1:])


@cache
def naive(patterns: tuple[str, ...], names: tuple[str, ...]) -> bool:
    """All components: `**` tries every number of them."""
    if not patterns:
        return not names
    if patterns[0] == "**":
        return any(naive(patterns[1:], names[at:]) for at in range(len(names) + 1))
    return bool(names) and component(patterns[0], names[0]) and naive(patterns[1:], names[1:])


@given(PATTERNS, st.lists(NAMES, min_size=1, max_size=10))
def test_they_agree(patterns: list[str], names: list[list[str]]) -> None:
    globs = Globs(["/".join(patterns)], below=False)
    assert [globs.fullmatch("/".join(name)) for name in names] == [
        naive(tuple(patterns), tuple(name)) for name in names
    ]


@given(st.lists(COMPONENTS, min_size=2, max_size=4), NAMES)
def test_braces_are_their_alternatives(alternatives: list[str], name: list[str]) -> None:
    one = Globs([f"**/{{{','.join(alternatives)}}}/**"], below=False)
    each = Globs([f"**/{alternative}/**" for alternative in alternatives], below=False)
    assert one.fullmatch("/".join(name)) == each.fullmatch("/".join(name))
