"""A service that keeps failing ends the whole, with its last words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from stoker.errors import GitTimeout, ServiceFailed
from stoker.nursery.supervisor import RESTARTS
from tests.nursery.conftest import crashing, serving

if TYPE_CHECKING:
    from tests.nursery.conftest import Watch


async def test_after_so_many_failures_in_a_row(watch: Watch, autojump_clock: trio.abc.Clock) -> None:
    error = GitTimeout("the server sleeps")
    with pytest.raises(ServiceFailed, match=r"service bad failed 10 times in a row; last: the server sleeps") as caught:
        await watch.guard(crashing("bad", error=error), serving("good", watch.stopping))()
    assert caught.value.__cause__ is error
    assert [crash.delay for crash in watch.crashes] == [1.0] * 9 + [None]


async def test_one_that_never_becomes_usable_too(watch: Watch, autojump_clock: trio.abc.Clock) -> None:
    with pytest.raises(ServiceFailed):
        await watch.guard(crashing("bad", after=70, usable=False), give_up_after=3)()
    assert trio.current_time() == pytest.approx(3 * 70 + 2)


async def test_one_that_is_healthy_in_between_is_never_given_up(watch: Watch, autojump_clock: trio.abc.Clock) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(watch.guard(crashing("tired", after=61), give_up_after=2))
        await trio.sleep(61 * 50)
        watch.stopping.set()
    assert len(watch.crashes) > 40


async def test_its_siblings_drain_first(watch: Watch, autojump_clock: trio.abc.Clock) -> None:
    with pytest.raises(ServiceFailed):
        await watch.guard(crashing("bad"), serving("slow", watch.stopping, drain=5), give_up_after=1)()
    assert trio.current_time() == pytest.approx(5)


def test_by_default_that_takes_about_two_minutes() -> None:
    total = sum(RESTARTS.delay(failures, random=lambda: 0.5) for failures in range(1, 10))
    assert 100 < total < 150
