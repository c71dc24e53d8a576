"""No field without a sentence for people, and no sentence about a field that is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stoker.api import prose
from stoker.api.crd import object_schema

if TYPE_CHECKING:
    from collections.abc import Iterator


def described(node: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    if "description" in node:
        yield path, node["description"]
    for key, mark in (("items", "[]"), ("additionalProperties", ".*")):
        if key in node:
            yield from described(node[key], path + mark)
    for name, item in node.get("properties", {}).items():
        assert "description" in item, f"{path}.{name}"
        yield from described(item, f"{path}.{name}")


FOUND = dict(pair for part in ("spec", "status") for pair in described(object_schema()["properties"][part], part))


def test_every_field_has_one_and_none_is_left_over() -> None:
    assert set(prose.FIELDS) - set(FOUND) == set()
    assert len(FOUND) > 80


@pytest.mark.parametrize("path", FOUND)
def test_a_sentence_is_one(path: str) -> None:
    text = FOUND[path]
    assert text[0].isupper()
    assert text.endswith(".")
    assert text == prose.of(path)


def test_a_field_that_nobody_described_is_an_error() -> None:
    with pytest.raises(KeyError):
        prose.of("spec.git.colour")
