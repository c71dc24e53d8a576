"""Nesting that no stack holds, flat files of megabytes, paths of thousands of parts: each is patched like any other."""

from __future__ import annotations

import pytest

from stoker.sync.jsonset import set_values

DEEP = 100_000


def test_deep_nesting_is_looked_through() -> None:
    deep = b"[" * DEEP + b"1" + b"]" * DEEP
    document = b'{"deep": ' + deep + b', "after": 1}'
    assert set_values(document, {"after": "2"}, "x") == document.replace(b'"after": 1', b'"after": 2')
    assert set_values(document, {"deep.0.-1": "2"}, "x") == b'{"deep": ' + deep[:-2] + b',2]], "after": 1}'


def test_a_value_may_be_nested_as_deep() -> None:
    deep = "[" * DEEP + "]" * DEEP
    assert set_values(b'{"a":1}', {"a": deep}, "x") == f'{{"a":{deep}}}'.encode()


def test_a_path_may_be_as_deep() -> None:
    made = set_values(b"{}", {".".join(["a"] * 5_000): "1"}, "x")
    assert made == b'{"a":' * 5_000 + b"1" + b"}" * 5_000
    assert set_values(made, {".".join(["a"] * 5_000): "2"}, "x") == made.replace(b"1", b"2")


@pytest.mark.parametrize("index", [0, 1, 63, 64, 65, 127, 128, 4999, 5000, 5001])
@pytest.mark.parametrize("element", ["1", '"s,]"', "[[[[[[[[[[]]]]]]]]]]", '{"a":[{"b":{}}]}'])
def test_every_element_of_a_long_array_is_found(index: int, element: str) -> None:
    elements = [element] * 5000
    document = f"[{', '.join(elements)}]"
    elements += ["null"] * (index - 4999)
    elements[index] = "0"
    patched = set_values(document.encode(), {str(index): "0"}, "x").decode()
    assert patched.replace(", ", ",") == f"[{','.join(elements)}]"


def test_every_member_of_a_large_object_is_found_however_many_are_asked_for() -> None:
    members = {f"k{number}": "[[[[[[[1]]]]]]]" if number % 7 == 0 else '"x"' for number in range(3000)}
    document = "{" + ",\n".join(f'"{key}": {value}' for key, value in members.items()) + "}"
    values = dict.fromkeys([*members][::100], "0") | {"new": "1"}
    expected = "{" + ",\n".join(f'"{key}": {values.get(key, value)}' for key, value in members.items()) + ',"new":1}'
    assert set_values(document.encode(), values, "x").decode() == expected
