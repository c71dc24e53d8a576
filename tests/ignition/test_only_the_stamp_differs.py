"""``same_but_stamp``: the gateway's own stamp is no difference, everything else is one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stoker.ignition.layout import same_but_stamp

BASE: dict[str, Any] = {
    "scope": "G",
    "version": 1,
    "restricted": False,
    "files": ["view.json"],
    "attributes": {
        "enabled": True,
        "lastModification": {"actor": "admin", "timestamp": "2026-01-01T00:00:00Z"},
        "lastModificationSignature": "abc",
    },
}
STAMPED = {**BASE["attributes"], "lastModification": {"actor": "external"}, "lastModificationSignature": "def"}


def text(value: object, **how: Any) -> bytes:
    return json.dumps(value, **how).encode()


@pytest.mark.parametrize(
    "other",
    [
        BASE,
        {**BASE, "attributes": STAMPED},
        {**BASE, "attributes": {"enabled": True}},
        {**BASE, "attributes": {"enabled": True, "lastModificationWhatever": 1}},
    ],
)
def test_a_changed_added_or_missing_stamp_is_no_difference(other: dict[str, Any]) -> None:
    assert same_but_stamp(text(BASE), text(other))
    assert same_but_stamp(text(other), text(BASE))


def test_layout_and_order_of_keys_are_none_either() -> None:
    assert same_but_stamp(text(BASE, indent=4), text(dict(reversed(BASE.items())), separators=(",", ":")))


def test_attributes_that_hold_nothing_but_a_stamp_are_as_none() -> None:
    bare = {"scope": "G", "files": []}
    assert same_but_stamp(text({**bare, "attributes": {"lastModificationSignature": "x"}}), text(bare))
    assert same_but_stamp(text({**bare, "attributes": {}}), text(bare))


@pytest.mark.parametrize(
    "other",
    [
        {**BASE, "version": 2},
        {**BASE, "version": True},
        {**BASE, "version": 1.0},
        {**BASE, "restricted": 0},
        {**BASE, "files": ["view.json", "thumbnail.png"]},
        {**BASE, "files": []},
        {**BASE, "lastModification": "elsewhere"},
        {**BASE, "attributes": {**BASE["attributes"], "enabled": False}},
        {**BASE, "attributes": {**BASE["attributes"], "deep": {"lastModification": 1}}},
        {**BASE, "attributes": None},
        {**BASE, "attributes": []},
        {key: value for key, value in BASE.items() if key != "scope"},
    ],
)
def test_any_other_difference_is_one(other: dict[str, Any]) -> None:
    assert not same_but_stamp(text(BASE), text(other))
    assert not same_but_stamp(text(other), text(BASE))


@pytest.mark.parametrize(
    "nonsense",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"1",
        b'"text"',
        b"\xff\xfe\xfd",
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"a": ' + b"9" * 10_000 + b"}",
    ],
)
def test_what_is_no_readable_object_is_never_the_same_not_even_as_itself(nonsense: bytes) -> None:
    assert not same_but_stamp(nonsense, text(BASE))
    assert not same_but_stamp(text(BASE), nonsense)
    assert not same_but_stamp(nonsense, nonsense)


def test_a_key_that_is_there_twice_is_never_the_same() -> None:
    twice = b'{"version": 1, "version": 2}'
    assert not same_but_stamp(twice, b'{"version": 2}')
    assert not same_but_stamp(twice, b'{"version": 1}')
    nested = b'{"attributes": {"lastModification": 1, "lastModification": 2}}'
    assert not same_but_stamp(nested, b"{}")


def test_two_objects_that_are_as_deep_as_json_may_be_are_compared() -> None:
    deep = b'{"a":' * 400 + b"1" + b"}" * 400
    assert same_but_stamp(deep, deep)
    assert not same_but_stamp(deep, deep.replace(b"1", b"2"))
