"""Killed before or after any changing call, a directory is wholly the old or wholly the new commit after recovery."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.mounts import with_mounts
from tests.torture.kills import AREAS, STAGES, deaths, dies, points, torture, trail_of
from tests.torture.pool import run_all
from tests.torture.trees import scenario

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

SEEDS = range(1000, 1072)


def one(seed: int) -> Counter[str]:
    """One scenario, at every point; in every other one new folders come as a whole."""
    return torture(scenario(seed, borders=True, grafts=seed % 2 == 1))


def test_killed_at_any_call_recovery_leaves_one_whole_commit() -> None:
    seen = torture(scenario(2))
    assert points(seen) >= 300, seen
    assert all(seen[f"{stage}: new"] + seen[f"{stage}: old"] >= 10 for stage in STAGES), seen


def test_killed_at_any_call_new_folders_that_come_as_a_whole_are_there_or_not() -> None:
    case = scenario(3, grafts=True)
    assert ("rename", "projects/New") in trail_of(case)
    seen = torture(case)
    assert all(seen[f"{stage}: new"] + seen[f"{stage}: old"] >= 10 for stage in STAGES), seen


@pytest.mark.mounts
def test_killed_at_any_call_both_sides_of_a_border_are_one_whole_commit() -> None:
    def run() -> None:
        case = scenario(4, borders=True)
        assert case.border
        states = {dies(case, death) for death in deaths(len(trail_of(case)))}
        assert states == {"old", "new"}

    with_mounts(run)


@pytest.mark.torture
def test_killed_at_twenty_thousand_points_recovery_leaves_one_whole_commit(
    tell: Callable[[Counter[str], int], None],
) -> None:
    seen = run_all(one, SEEDS)
    tell(seen, points(seen))
    assert points(seen) >= 20_000
    assert all(seen[f"{stage}: new"] + seen[f"{stage}: old"] >= 200 for stage in STAGES), seen
    assert all(sum(count for what, count in seen.items() if what.endswith(f" of {area}")) for area in AREAS), seen
