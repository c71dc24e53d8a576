"""Which transport a request gets, and how long one is kept that nobody uses; on a virtual clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import trio

from stoker.kube.http.transports import Transports

if TYPE_CHECKING:
    from trio.testing import MockClock


class Counted(httpx.AsyncBaseTransport):
    """A transport that says whether it was closed."""

    def __init__(self) -> None:
        self.closed = False

    async def aclose(self) -> None:
        self.closed = True


async def used(transports: Transports, *, sound: bool = True) -> httpx.AsyncBaseTransport:
    transport = await transports.take()
    await transports.give_back(transport, sound=sound)
    return transport


async def test_the_one_used_last_is_used_next(autojump_clock: MockClock) -> None:
    transports = Transports(Counted, most=5, idle=8)
    both = [await transports.take(), await transports.take()]
    for one in both:
        await transports.give_back(one, sound=True)
    assert await used(transports) is both[1]


async def test_one_that_is_not_sound_is_closed_and_not_used_again(autojump_clock: MockClock) -> None:
    transports = Transports(Counted, most=5, idle=8)
    broken = await used(transports, sound=False)
    assert isinstance(broken, Counted)
    assert broken.closed
    assert await used(transports) is not broken


async def test_those_that_a_rush_left_over_are_closed_after_a_while(autojump_clock: MockClock) -> None:
    transports = Transports(Counted, most=5, idle=8)
    rush = [await transports.take() for _ in range(5)]
    for one in rush:
        await transports.give_back(one, sound=True)
    for _ in range(5):
        await trio.sleep(2)
        await used(transports)
    assert [one.closed for one in rush if isinstance(one, Counted)] == [True] * 4 + [False]


async def test_no_more_than_allowed_are_out_at_once(autojump_clock: MockClock) -> None:
    transports = Transports(Counted, most=2, idle=8)
    first, _second = await transports.take(), await transports.take()
    with trio.move_on_after(5) as scope:
        await transports.take()
    assert scope.cancelled_caught
    await transports.give_back(first, sound=False)
    with trio.fail_after(5):
        await transports.take()


async def test_at_the_end_all_are_closed_also_those_that_come_back_later(autojump_clock: MockClock) -> None:
    transports = Transports(Counted, most=2, idle=8)
    kept, late = await used(transports), None
    await transports.take()
    late = await transports.take()
    await transports.close()
    await transports.give_back(late, sound=True)
    assert isinstance(late, Counted)
    assert late.closed
    assert isinstance(kept, Counted)
