"""As many git processes as the memory allows that the process and they share: one that the kernel kills takes all along."""

from __future__ import annotations

import pytest

from stoker.git.workers import EACH, FEWEST, MOST, affordable

MIB = 1 << 20


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(None, MOST), (1024 * MIB, MOST), (256 * MIB, MOST), (128 * MIB, 3), (64 * MIB, FEWEST), (1, FEWEST)],
)
def test_fewer_where_there_is_less(limit: int | None, expected: int) -> None:
    assert affordable(limit, beside=85_000_000) == expected


def test_together_they_stay_within_it() -> None:
    for limit in range(128 * MIB, 512 * MIB, MIB):
        assert 85_000_000 + affordable(limit, beside=85_000_000) * EACH <= limit
