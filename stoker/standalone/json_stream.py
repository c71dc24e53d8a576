"""JSON manifests as ``kubectl`` reads them: one object after another, with or without space between.

Most JSON is YAML too, and what is not read here is read, or refused with its line, as that. But a file that is indented by tabs
is none, nor is one with a character outside the basic plane in the two escapes that JSON writes it in, nor two objects that
stand side by side: all three are what tools write. Owns nothing else; it knows neither files nor what an object means.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

from stoker.standalone.yaml_loader import MAX_DEPTH, MAX_VALUES

_NO_SPACE: Final = re.compile(r"\S")


def json_objects(text: str) -> list[Any] | None:
    """The objects of ``text``; None when it is no JSON, or beyond the bounds of a manifest, or names a key twice."""
    try:
        return _objects(text) if text.lstrip().startswith("{") else None
    except (ValueError, RecursionError):
        return None


def _objects(text: str) -> list[Any]:
    decoder = json.JSONDecoder(object_pairs_hook=_single, parse_float=_finite, parse_constant=_finite)
    found: list[Any] = []
    begin = _NO_SPACE.search(text)
    while begin:
        value, end = decoder.raw_decode(text, begin.start())
        found.append(value)
        begin = _NO_SPACE.search(text, end)
    _weigh(found)
    return found


def _single(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key is written twice")
    return made


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("no number")
    return number


def _weigh(found: list[Any]) -> None:
    """ValueError for what is larger than a manifest, and for a text that no file and no request can hold."""
    level, count = found, 0
    for _ in range(MAX_DEPTH):
        count += len(level)
        if not level or count > MAX_VALUES:
            break
        level = [inner for value in level for inner in _inside(value)]
    if level:
        raise ValueError("nests too deep, or holds too much")


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    if isinstance(value, str):
        value.encode()
    return value if isinstance(value, list) else []
