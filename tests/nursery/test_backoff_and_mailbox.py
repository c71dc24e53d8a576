"""Backoff as a value, and a slot that keeps the newest."""

from __future__ import annotations

import pytest
import trio

from stoker.nursery.backoff import Backoff, exponential
from stoker.nursery.mailbox import Mailbox
from stoker.nursery.supervisor import RESTARTS


def test_a_backoff_doubles_up_to_its_most_and_stays_there() -> None:
    backoff = exponential(30, 300, jitter=0)
    assert [backoff.delay(failures) for failures in range(1, 7)] == [30, 60, 120, 240, 300, 300]


@pytest.mark.parametrize(("drawn", "delay"), [(0.0, 8.0), (0.5, 10.0), (1.0, 12.0)])
def test_jitter_moves_it_either_way_by_its_share(drawn: float, delay: float) -> None:
    assert Backoff((10.0,), jitter=0.2).delay(1, random=lambda: drawn) == pytest.approx(delay)


def test_peers_do_not_retry_in_step() -> None:
    assert len({Backoff((10.0,)).delay(1) for _ in range(20)}) > 1


def test_nor_do_services_that_are_restarted() -> None:
    assert len({RESTARTS.delay(1) for _ in range(20)}) > 1


async def test_a_reader_gets_the_newest_and_skips_the_rest() -> None:
    box: Mailbox[int] = Mailbox()
    for value in (1, 2, 3):
        box.put(value)
    assert await box.get() == 3
    assert box.get_nowait() is None


async def test_a_reader_that_waits_is_woken(autojump_clock: trio.abc.Clock) -> None:
    box: Mailbox[str] = Mailbox()
    got: list[str] = []

    async def read() -> None:
        got.extend([await box.get(), await box.get()])

    async with trio.open_nursery() as nursery:
        nursery.start_soon(read)
        for value in ("a", "b"):
            await trio.sleep(1)
            box.put(value)
    assert got == ["a", "b"]


async def test_a_value_is_taken_once(autojump_clock: trio.abc.Clock) -> None:
    box: Mailbox[int] = Mailbox()
    box.put(1)
    assert box.get_nowait() == 1
    with trio.move_on_after(1) as scope:
        await box.get()
    assert scope.cancelled_caught
