"""Whatever JSON stands where a spec should be: it is decoded, or SpecInvalid says what is wrong; nothing else is raised."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoker.api.profiles import resolve_profiles
from stoker.api.spec import parse_spec
from stoker.errors import SpecInvalid
from tests.api.samples import FULL, LEAST, MAPPING, Change, changed

ANY_TEXT = st.text(st.characters(), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=12,
)


def judged(raw: Any) -> None:
    """Decodes, or is refused with at least one fault, each with a path and a sentence."""
    try:
        resolve_profiles(parse_spec(raw, name="plant"))
        faults: tuple[tuple[str, str], ...] = ()
    except SpecInvalid as error:
        faults = error.faults
        str(error).encode()
        if not faults:
            raise
    assert all(path.startswith("spec") and len(what) > 10 for path, what in faults)


def places(node: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [here, *(place for step, value in steps for place in places(value, (*here, step)))]


@given(JSON)
def test_any_json_is_judged(raw: Any) -> None:
    judged(raw)


@given(st.data())
def test_a_full_spec_with_anything_anywhere_is_judged(data: st.DataObject) -> None:
    raw = copy.deepcopy(FULL)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(places(raw)[1:]))
        here: Any = raw
        for step in place[:-1]:
            here = here[step]
        if isinstance(here, dict) and data.draw(st.booleans()):
            here[data.draw(ANY_TEXT)] = data.draw(JSON)
        else:
            here[place[-1]] = data.draw(JSON)
    judged(raw)


@pytest.mark.parametrize(
    "change",
    [
        Change((*MAPPING, "source"), "\udc80/.."),
        Change(("\ud800",), 1),
        Change(("sync", "profiles", "\ud800"), {"mappings": []}),
        Change(("gateway", "port"), float("nan")),
        Change(("gateway", "port"), float("inf")),
        Change(("gateway", "port"), 10**5000),
        Change(("sync", "defaults", "vars"), {1: "yaml has keys that are no text", None: "x"}),
        Change(("sync", "defaults", "designerSessionPolicy"), {}),
    ],
    ids=lambda change: ascii(change.path[-1]),
)
def test_oddities_are_judged(change: Change) -> None:
    with pytest.raises(SpecInvalid):
        judged_or_raise(changed(LEAST, change))


def judged_or_raise(raw: Any) -> None:
    judged(raw)
    parse_spec(raw, name="plant")


def test_nesting_of_any_depth_is_judged() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    for path in (("git",), ("sync", "defaults", "designerSessionPolicy"), ("deep",), ("sync", "profiles", "default")):
        judged(changed(LEAST) | {path[0]: deep} if len(path) == 1 else _placed(path, deep))
    while deep:
        deep = deep.pop()  # taken apart by hand: letting go of it at once would recurse in C


def _placed(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    spec = changed(LEAST)
    here: Any = spec
    for step in path[:-1]:
        here = here.setdefault(step, {})
    here[path[-1]] = value
    return spec
