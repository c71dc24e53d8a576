"""A disk that is full, read-only, broken or forbidden at any call: the old state or the journal is kept, and it heals."""

from __future__ import annotations

import errno

import pytest

from tests.torture.failures import run_failures
from tests.torture.trees import scenario

CODES = (errno.ENOSPC, errno.EACCES, errno.EIO, errno.EROFS)


@pytest.mark.parametrize("code", CODES, ids=errno.errorcode.get)
def test_one_refused_call_leaves_one_whole_commit_and_heals(code: int) -> None:
    seen = run_failures([scenario(7)], code, lasting=1)
    assert seen["StagingFailed"] + seen["MergeFailed"] > 0, seen


@pytest.mark.parametrize("code", CODES, ids=errno.errorcode.get)
def test_calls_refused_from_a_point_on_leave_a_whole_commit_or_a_journal(code: int) -> None:
    seen = run_failures([scenario(11)], code, lasting=10_000)
    assert seen["StagingFailed"] > 0, seen
    assert seen["JournalUnsettled"] > 0, seen


@pytest.mark.torture
@pytest.mark.parametrize("code", CODES, ids=errno.errorcode.get)
@pytest.mark.parametrize("lasting", [1, 3, 10_000])
def test_refused_calls_over_many_scenarios(code: int, lasting: int) -> None:
    seen = run_failures([scenario(seed) for seed in range(100, 112)], code, lasting=lasting)
    assert sum(seen.values()) > 200, seen
