"""Killed before or after any changing call, a directory is wholly the old or wholly the new commit after recovery."""

from __future__ import annotations

import pytest

from tests.torture.kills import run_points


def test_killed_at_any_call_recovery_leaves_one_whole_commit() -> None:
    seen = run_points(range(1000), budget=400)
    assert seen["old"] >= 40, seen
    assert seen["new"] >= 40, seen


@pytest.mark.torture
@pytest.mark.parametrize("part", range(10))
def test_killed_at_twenty_thousand_points_recovery_leaves_one_whole_commit(part: int) -> None:
    seen = run_points(range(10_000 * (part + 1), 10_000 * (part + 2)), budget=2_100)
    assert sum(seen.values()) >= 2_100, seen
