"""Where a path leads nowhere the message says which file, which path, what is there and what to write instead."""

from __future__ import annotations

import re

import pytest

from stoker.errors import PatchInvalid
from stoker.sync.jsonset import set_values

DOCUMENT = b'{"list": [1, 2], "text": "see {1}", "n": 1}'


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "x.json: patch path '': the path is empty: name the value to set"),
        (
            "list.first",
            "x.json: patch path 'list.first': 'first' is no index, but there is an array: name an element by its number",
        ),
        ("list.:0x", "'0x' is no index, but there is an array"),
        ("list.#.a", "'#' is a query over all elements: name one value, and write \\# for the character"),
        ("a*", "'*' is a wildcard: name one value, and write \\* for the character"),
        ("a|b", "'|' is a pipe"),
        ("mail@site", "'@' is a modifier: name one value, and write \\@ for the character"),
        ("[0].a", "a part that begins with '[' is a selector: write an index as list.0, and \\[ for the character"),
        ("text.a", "'a' leads into a string that holds '{' or '[', which is not looked into: set the whole string"),
        ("list.20000", "the index is more than 10,000 past the array's end"),
        ("new.20000", "the index is more than 10,000 past the array's end"),
        ("list." + "9" * 5000, "the index is more than 10,000 past the array's end"),
        ("a\udc80", "path or value holds half a surrogate pair: write the whole character"),
    ],
)
def test_the_message(path: str, message: str) -> None:
    with pytest.raises(PatchInvalid, match=re.escape(message)):
        set_values(DOCUMENT, {path: "1"}, "x.json")


def test_no_message_tells_a_value() -> None:
    for path in ("list.first", "text.a", "a*", "list.20000", ""):
        with pytest.raises(PatchInvalid) as caught:
            set_values(DOCUMENT, {path: "hunter2"}, "x.json")
        assert "hunter2" not in str(caught.value)
        assert "see" not in str(caught.value)


def test_a_value_with_half_a_character_is_refused() -> None:
    with pytest.raises(PatchInvalid, match="half a surrogate pair"):
        set_values(b"{}", {"a": "x\ud800"}, "x.json")
