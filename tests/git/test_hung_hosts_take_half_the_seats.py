"""Who gets a git process next: hosts that hang never take all, so that everybody else is served meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from stoker.errors import GitTimeout, RepositoryNotFound
from stoker.git.seats import Seats

if TYPE_CHECKING:
    from trio.testing import MockClock

BOUND = 30.0


async def hang(seats: Seats, host: str) -> None:
    """A look-up at a host that says nothing, given up after its bound."""
    with trio.move_on_after(BOUND):
        async with seats.of(host):
            await trio.sleep_forever()


async def answer(seats: Seats, host: str, *, error: Exception | None = None) -> float:
    """A look-up that takes a second; how long it waited for its seat."""
    began = trio.current_time()
    async with seats.of(host) as seat:
        waited = trio.current_time() - began
        await trio.sleep(1)
        seat.ended_with(error)
    return waited


async def test_a_dead_host_of_many_repositories_leaves_half_to_the_others(autojump_clock: MockClock) -> None:
    seats = Seats(4)
    async with trio.open_nursery() as nursery:
        for _ in range(30):
            nursery.start_soon(hang, seats, "dead")
        await trio.sleep(1)
        assert await answer(seats, "alive") == 0


async def test_hosts_that_hung_before_share_one_half(autojump_clock: MockClock) -> None:
    seats = Seats(4)
    dead = [f"dead-{number}" for number in range(5)]
    waited = []
    for _ in range(2):
        async with trio.open_nursery() as nursery:
            for host in dead:
                nursery.start_soon(hang, seats, host)
            await trio.sleep(1)
            waited.append(await answer(seats, "alive"))
    assert waited[-1] == 0


async def test_the_first_time_nobody_waits_longer_than_one_bound(autojump_clock: MockClock) -> None:
    seats = Seats(4)
    async with trio.open_nursery() as nursery:
        for number in range(20):
            nursery.start_soon(hang, seats, f"dead-{number}")
        await trio.sleep(1)
        assert await answer(seats, "alive") <= BOUND


async def test_a_host_that_answers_again_is_like_any_other(autojump_clock: MockClock) -> None:
    seats = Seats(2)
    await hang(seats, "slow")
    await answer(seats, "slow", error=RepositoryNotFound("no such repository"))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(hang, seats, "dead")
        await trio.sleep(1)
        assert await answer(seats, "slow") == 0


async def test_a_timeout_that_libgit2_found_counts_as_hanging(autojump_clock: MockClock) -> None:
    seats = Seats(2)
    for host in ("one", "two"):
        await answer(seats, host, error=GitTimeout("no answer"))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(hang, seats, "one")
        await trio.sleep(1)
        nursery.start_soon(hang, seats, "two")
        await trio.sleep(1)
        assert await answer(seats, "alive") == 0


async def test_hosts_that_nobody_asks_are_forgotten(autojump_clock: MockClock) -> None:
    seats = Seats(2)
    await answer(seats, "host")
    assert seats._servers == {}
