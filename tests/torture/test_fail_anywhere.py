"""A disk that is full, read-only, broken or forbidden at any call: the old state or the journal is kept, and it heals."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest

from tests.torture.failures import REMEDIES, torture
from tests.torture.pool import run_all
from tests.torture.trees import scenario

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

SEEDS = range(2000, 2006)


def one(job: tuple[int, int]) -> Counter[str]:
    """One scenario under one errno, refused at every call."""
    seed, code = job
    return torture(scenario(seed, borders=True, grafts=seed % 2 == 1), code)


@pytest.mark.parametrize("code", REMEDIES, ids=errno.errorcode.get)
def test_a_refused_call_leaves_one_whole_commit_or_a_journal_and_heals(code: int) -> None:
    seen = torture(scenario(5), code, lasting=(1, 10_000))
    for what in ("in a sync: StagingFailed", "in a sync: MergeFailed", "in a sync: JournalUnsettled"):
        assert seen[what] > 0, seen
    assert seen["in a recovery: JournalUnsettled"] > 0, seen


@pytest.mark.parametrize("code", REMEDIES, ids=errno.errorcode.get)
def test_a_call_refused_while_new_folders_come_as_a_whole_leaves_one_whole_commit(code: int) -> None:
    seen = torture(scenario(3, grafts=True), code, lasting=(1,))
    assert seen["in a sync: MergeFailed"] > 0, seen


@pytest.mark.torture
def test_calls_refused_over_many_scenarios(tell: Callable[[Counter[str], int], None]) -> None:
    seen = run_all(one, [(seed, code) for seed in SEEDS for code in REMEDIES])
    tell(seen, sum(seen.values()))
    assert sum(seen.values()) >= 5_000
