"""Random documents and places: the decoded result is the plain change of the decoded document, all else keeps its bytes."""

from __future__ import annotations

import copy
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from stoker.sync.jsonset import set_values

SPACE = st.text(" \t\r\n", max_size=3)
KEYS = st.text(max_size=4) | st.sampled_from(["a", "b", "0", "1", "-1", "a.b", 'q"', "\\", "é😀"])
ATOMS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(max_size=8)
    | st.sampled_from([0.5, "{", '"]}', "\\"])
)
VALUES = st.recursive(
    ATOMS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


def spelt(value: Any, draw: st.DrawFn) -> str:
    """The value as JSON, with white space of any kind between its tokens."""
    if isinstance(value, dict):
        members = (f"{encoded(key)}{draw(SPACE)}:{draw(SPACE)}{spelt(each, draw)}" for key, each in value.items())
        return f"{{{draw(SPACE)}" + f"{draw(SPACE)},{draw(SPACE)}".join(members) + f"{draw(SPACE)}}}"
    if isinstance(value, list):
        return (
            f"[{draw(SPACE)}"
            + f"{draw(SPACE)},{draw(SPACE)}".join(spelt(each, draw) for each in value)
            + f"{draw(SPACE)}]"
        )
    return encoded(value)


def encoded(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def escaped(key: str) -> str:
    return "".join(f"\\{char}" if char in r"\.*?#|@:[{!" else char for char in key)


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, Any, list[str | int]]:
    """A document's text, the document, and the way to one of the values in it."""
    document = draw(VALUES.filter(lambda value: isinstance(value, (dict, list)) and bool(value)))
    way: list[str | int] = []
    value: Any = document
    while isinstance(value, (dict, list)) and value and (not way or draw(st.booleans())):
        step = draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
        way.append(step)
        value = value[step]
    return draw(SPACE) + spelt(document, draw) + draw(SPACE), document, way


def path_of(way: list[str | int]) -> str:
    return ".".join(escaped(step) if isinstance(step, str) else str(step) for step in way)


@given(changes(), VALUES)
def test_a_value_that_is_there_is_replaced(change: tuple[str, Any, list[str | int]], value: Any) -> None:
    text, document, way = change
    if path_of(way) == "":
        return
    result = set_values(text.encode(), {path_of(way): encoded(value)}, "x").decode()
    expected = copy.deepcopy(document)
    holder = expected
    for step in way[:-1]:
        holder = holder[step]
    old, holder[way[-1]] = holder[way[-1]], value
    assert msgspec.json.decode(result) == expected
    back = set_values(result.encode(), {path_of(way): "null"}, "x").decode()
    assert back == set_values(text.encode(), {path_of(way): "null"}, "x").decode()
    assert msgspec.json.decode(set_values(back.encode(), {path_of(way): encoded(old)}, "x")) == document


@given(changes(), st.text(max_size=6), VALUES)
def test_a_member_that_is_missing_is_added_at_the_end(
    change: tuple[str, Any, list[str | int]], key: str, value: Any
) -> None:
    text, document, _ = change
    if not isinstance(document, dict) or key in document or not key:
        return
    result = set_values(text.encode(), {escaped(key): encoded(value)}, "x").decode()
    decoded = msgspec.json.decode(result)
    assert decoded == {**document, key: value}
    assert list(decoded)[-1] == key
    assert result.startswith(text[: text.rindex("}")])
    assert result.endswith(text[text.rindex("}") :])


@given(
    st.lists(changes(), min_size=1, max_size=1),
    st.dictionaries(st.sampled_from(["a", "b.c", "b.d", "e.0", "e.2", "e.-1", "f.g.h"]), VALUES),
)
def test_several_at_once_are_one_after_the_other(
    one: list[tuple[str, Any, list[str | int]]], values: dict[str, Any]
) -> None:
    text = '{"b": {"c" : 1}, "e": [ ], "x": ' + one[0][0] + "}"
    spelt_out = {path: encoded(value) for path, value in values.items()}
    at_once = set_values(text.encode(), spelt_out, "x")
    each = text.encode()
    for path in sorted(spelt_out):
        each = set_values(each, {path: spelt_out[path]}, "x")
    assert at_once == each
