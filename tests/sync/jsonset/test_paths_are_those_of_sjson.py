"""Every case of tests/vectors/patches gives what tidwall/sjson gave, byte by byte, or is refused for a reason of ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stoker.errors import PatchInvalid
from stoker.sync.jsonset import set_values

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[2] / "vectors/patches.json").read_bytes())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['name']}: {case['path']}"[:80])
def test_a_case_ends_as_in_go(case: dict[str, Any]) -> None:
    try:
        ours = set_values(case["doc"].encode(), {case["path"]: case["value"]}, "x.json").decode()
    except PatchInvalid:
        assert case.get("refused") or case.get("error")
        return
    assert ours == case.get("kept", case["result"])
    assert not case.get("refused")
    assert not case.get("error")
