"""Every case of tests/vectors/patches gives what tidwall/sjson gave, byte by byte, or is refused for a reason of ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stoker.errors import PatchInvalid
from stoker.sync.jsonset import set_values

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[2] / "vectors/patches.json").read_bytes())


def refused(case: dict[str, Any]) -> bool:
    return "refused" in case or "error" in case


def label(case: dict[str, Any]) -> str:
    return f"{case['name']}: {', '.join(case['values'])}".encode("unicode_escape").decode()[:80]


@pytest.mark.parametrize("case", [case for case in CASES if not refused(case)], ids=label)
def test_a_case_ends_as_in_go(case: dict[str, Any]) -> None:
    ours = set_values(case["doc"].encode(), case["values"], "x.json").decode()
    assert ours == case.get("kept", case["result"])
    json.loads(ours)


@pytest.mark.parametrize("case", [case for case in CASES if refused(case)], ids=label)
def test_what_go_or_prudence_refuses_is_refused_by_file(case: dict[str, Any]) -> None:
    with pytest.raises(PatchInvalid, match=r"^x\.json"):
        set_values(case["doc"].encode(), case["values"], "x.json")


@pytest.mark.parametrize("case", [case for case in CASES if "kept" in case], ids=label)
def test_where_more_is_kept_than_in_go_it_says_the_same(case: dict[str, Any]) -> None:
    assert json.loads(case["kept"]) == json.loads(case["result"])
