"""Every case of tests/vectors/globs matches what bmatcuk/doublestar matched, and what it calls malformed is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stoker.errors import PlanInvalid
from stoker.sync.globs import Globs

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[2] / "vectors/globs.json").read_bytes())


@pytest.mark.parametrize("case", [case for case in CASES if case["valid"]], ids=lambda case: repr(case["pattern"]))
def test_a_pattern_matches_what_it_matches_in_go(case: dict[str, Any]) -> None:
    globs = Globs([case["pattern"]], below=False)
    names = [*case["matches"], *case["others"]]
    assert [name for name in names if globs.fullmatch(name)] == case["matches"]


@pytest.mark.parametrize("case", [case for case in CASES if not case["valid"]], ids=lambda case: repr(case["pattern"]))
def test_a_pattern_that_go_calls_malformed_is_refused_by_name(case: dict[str, Any]) -> None:
    with pytest.raises(PlanInvalid, match=r"^glob "):
        Globs([case["pattern"]], below=False)
