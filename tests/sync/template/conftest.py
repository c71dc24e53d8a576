"""The values a template is tried with, and what Go makes of many templates (`make vectors`)."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

VECTORS = Path(__file__).parents[2] / "vectors" / "templates.json"


class Case(NamedTuple):
    """One template, and either Go's output or Go's error."""

    kind: str
    text: str
    output: str
    error: str


def _text(value: str, *, raw: bool) -> str:
    return base64.b64decode(value).decode("utf-8", "surrogateescape") if raw else value


def vectors() -> tuple[dict[str, Any], list[Case]]:
    """The root value of all cases, and the cases."""
    document = json.loads(VECTORS.read_text())
    cases = []
    for case in document["cases"]:
        raw = case.get("raw", False)
        output = _text(case.get("output", ""), raw=raw)
        cases.append(Case(case["name"], _text(case["text"], raw=raw), output, case.get("error", "")))
    return document["values"], cases


@pytest.fixture
def values() -> dict[str, Any]:
    return {
        "GatewayName": "line-3",
        "PodName": "line-3-0",
        "PodOrdinal": 7,
        "Namespace": "plant",
        "CRName": "plant-sync",
        "Ref": "main",
        "Commit": "0123456789",
        "Labels": {},
        "Vars": {"site": "north", "line": "3", "empty": ""},
    }
