"""Which way a request gets, and how long one is kept that nobody uses; on a virtual clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from stoker.wire.failures import HungUp
from stoker.wire.pool import Pool

if TYPE_CHECKING:
    from trio.testing import MockClock

    from stoker.wire.messages import Answer, Bounds, Request, Way


class Counted:
    """A way that says whether it was closed."""

    def __init__(self) -> None:
        self.closed = False

    async def ask(self, request: Request, bounds: Bounds) -> Answer:
        raise HungUp("nobody is there")

    async def close(self) -> None:
        self.closed = True


async def used(pool: Pool, *, sound: bool = True) -> Way:
    way = await pool.take()
    await pool.give_back(way, sound=sound)
    return way


async def test_the_one_used_last_is_used_next(autojump_clock: MockClock) -> None:
    pool = Pool(Counted, most=5, idle=8)
    both = [await pool.take(), await pool.take()]
    for one in both:
        await pool.give_back(one, sound=True)
    assert await used(pool) is both[1]


async def test_one_that_is_not_sound_is_closed_and_not_used_again(autojump_clock: MockClock) -> None:
    pool = Pool(Counted, most=5, idle=8)
    broken = await used(pool, sound=False)
    assert isinstance(broken, Counted)
    assert broken.closed
    assert await used(pool) is not broken


async def test_those_that_a_rush_left_over_are_closed_after_a_while(autojump_clock: MockClock) -> None:
    pool = Pool(Counted, most=5, idle=8)
    rush = [await pool.take() for _ in range(5)]
    for one in rush:
        await pool.give_back(one, sound=True)
    for _ in range(5):
        await trio.sleep(2)
        await used(pool)
    assert [one.closed for one in rush if isinstance(one, Counted)] == [True] * 4 + [False]


async def test_no_more_than_allowed_are_out_at_once(autojump_clock: MockClock) -> None:
    pool = Pool(Counted, most=2, idle=8)
    first, _second = await pool.take(), await pool.take()
    with trio.move_on_after(5) as scope:
        await pool.take()
    assert scope.cancelled_caught
    await pool.give_back(first, sound=False)
    with trio.fail_after(5):
        await pool.take()


async def test_at_the_end_all_are_closed_also_those_that_come_back_later(autojump_clock: MockClock) -> None:
    pool = Pool(Counted, most=2, idle=8)
    kept, late = await used(pool), None
    await pool.take()
    late = await pool.take()
    await pool.close()
    await pool.give_back(late, sound=True)
    assert isinstance(late, Counted)
    assert late.closed
    assert isinstance(kept, Counted)
