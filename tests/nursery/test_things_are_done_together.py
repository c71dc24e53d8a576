"""Things done side by side are waited for, and an error of one is raised once the others have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from stoker.errors import ClusterUnreachable, Conflict
from stoker.nursery.together import together

if TYPE_CHECKING:
    from trio.testing import MockClock


async def after(seconds: float, ended: list[float], error: Exception | None = None) -> float:
    await trio.sleep(seconds)
    ended.append(seconds)
    if error is not None:
        raise error
    return seconds


async def test_they_overlap_and_their_results_come_in_order(autojump_clock: MockClock) -> None:
    ended: list[float] = []
    assert await together(after(3, ended), after(1, ended), after(2, ended)) == [3, 1, 2]
    assert ended == [1, 2, 3]
    assert trio.current_time() == pytest.approx(3)


async def test_an_error_waits_for_the_others_and_comes_as_itself(autojump_clock: MockClock) -> None:
    ended: list[float] = []
    with pytest.raises(Conflict):
        await together(
            after(2, ended, Conflict("first")), after(1, ended, ClusterUnreachable("second")), after(3, ended)
        )
    assert ended == [1, 2, 3]


async def test_a_fault_that_is_none_of_ours_ends_all(autojump_clock: MockClock) -> None:
    ended: list[float] = []
    with pytest.RaisesGroup(ZeroDivisionError):
        await together(after(1, ended, ZeroDivisionError()), after(2, ended))
    assert ended == [1]
