"""A document that is no JSON is refused with file, line, column, what was found and the remedy; nothing of it is written."""

from __future__ import annotations

import re

import pytest

from stoker.errors import PatchInvalid
from stoker.sync.jsonset import set_values


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{\n  "a": 1,\n}', "x.json, line 3, column 1: not valid JSON, a key is expected but there is '}'"),
        ('{"é": nul}'.encode(), "x.json, line 1, column 7: not valid JSON, a value is expected but there is 'n'"),
        ('{"a": ü}'.encode(), "line 1, column 7: not valid JSON, a value is expected but there is 'ü'"),
        (b"[1\n 2]", "line 2, column 2: not valid JSON, ',' or ']' is expected but there is '2'"),
        (b'{"a" 1}', "line 1, column 6: not valid JSON, ':' is expected but there is '1'"),
        (b'{"a":1 "b":2}', "',' or '}' is expected but there is '\"'"),
        (b"{1:2}", "a key or '}' is expected but there is '1'"),
        (b"{} []", "column 4: not valid JSON, the end of the document is expected but there is '['"),
        (b'{"a":', "a value is expected but there is the end of the file"),
        (b'["a\nb"]', "line 1, column 2: not valid JSON, a value or ']' is expected but there is '\"'"),
        (b'["\\x"]', "a value or ']' is expected"),
        (b"[NaN]", "a value or ']' is expected but there is 'N'"),
        (b"[1, NaN]", "a value is expected but there is 'N'"),
        (b"[01]", "a value or ']' is expected but there is '0'"),
        (b"[1]\0", "the end of the document is expected but there is '\\x00'"),
        (b'{"a":1}//', "the end of the document is expected but there is '/'"),
        (b'{"a": "\xfc"}', "x.json, line 1, column 8: not valid UTF-8: save the file as UTF-8"),
        (b"\xef\xbb\xbf{}", "x.json begins with a byte order mark"),
        (b" \n", "x.json is empty, which is no JSON document: write {} into it"),
        (b"", "x.json is empty"),
        (b"[" * 100_000, "column 100001: not valid JSON, a value or ']' is expected but there is the end of the file"),
        (b"[" * 100_000 + b"}", "column 100001: not valid JSON, a value or ']' is expected but there is '}'"),
    ],
)
def test_the_first_fault_is_named(data: bytes, message: str) -> None:
    with pytest.raises(PatchInvalid, match=re.escape(message)):
        set_values(data, {"a": "1"}, "x.json")


def test_it_is_refused_without_a_value_to_set_too() -> None:
    with pytest.raises(PatchInvalid, match="not valid JSON"):
        set_values(b"{", {}, "x.json")


@pytest.mark.parametrize(
    "data", [b'["\\ud800"]', b'["\\udc00\\ud800"]', b'["\x7f"]', b"[1e999]", b"[-0.0E-0]", b' {"a":1}\r\n']
)
def test_what_the_standard_allows_is_taken(data: bytes) -> None:
    assert set_values(data, {}, "x.json") == data
