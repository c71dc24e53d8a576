"""Whoever ends it, what serves outward ends before what hears of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.errors import ServiceFailed, ServiceReturned
from stoker.nursery.backoff import Backoff
from stoker.nursery.circles import supervise_circles
from stoker.nursery.service import Named
from stoker.nursery.shutdown import until
from tests.nursery.conftest import crashing, returning, serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.nursery.conftest import Watch


@pytest.fixture
def late() -> trio.Event:
    return trio.Event()


@pytest.fixture
def circles(watch: Watch, late: trio.Event) -> Callable[..., Callable[..., Awaitable[None]]]:
    def made(inner: list[Named], outer: list[Named]) -> Callable[..., Awaitable[None]]:
        return partial(
            supervise_circles,
            inner,
            outer,
            stopping=watch.stopping,
            late=late,
            on_crash=watch.crashes.append,
            on_state=watch.state,
            backoff=Backoff((1.0,), jitter=0.0),
            give_up_after=3,
        )

    return made


def downs(watch: Watch) -> list[str]:
    return [name for name, serves in watch.states if not serves]


async def test_after_a_stop(watch: Watch, late: trio.Event, circles: Any, autojump_clock: trio.abc.Clock) -> None:
    async with trio.open_nursery() as nursery:
        await nursery.start(circles([serving("agent", watch.stopping, drain=8)], [serving("controller", late)]))
        watch.stopping.set()
    assert downs(watch) == ["agent", "controller"]
    assert trio.current_time() == pytest.approx(8)


async def test_after_an_outer_service_returned(
    watch: Watch, late: trio.Event, circles: Any, autojump_clock: trio.abc.Clock
) -> None:
    inner, outer = [serving("agent", watch.stopping, drain=8)], [returning("files", after=1), serving("watch", late)]
    with pytest.raises(ServiceReturned, match="files"):
        await circles(inner, outer)()
    assert downs(watch) == ["files", "agent", "watch"]
    assert trio.current_time() == pytest.approx(9)


async def test_after_an_inner_service_was_given_up(
    watch: Watch, late: trio.Event, circles: Any, autojump_clock: trio.abc.Clock
) -> None:
    inner = [crashing("receiver"), serving("agent", watch.stopping, drain=8)]
    with pytest.raises(ServiceFailed, match="receiver"):
        await circles(inner, [serving("controller", late, drain=2)])()
    assert downs(watch)[-2:] == ["agent", "controller"]
    assert trio.current_time() == pytest.approx(2 + 8 + 2)


async def test_the_inner_begins_when_the_outer_is_usable(
    watch: Watch, late: trio.Event, circles: Any, autojump_clock: trio.abc.Clock
) -> None:
    async def slow(*, task_status: trio.TaskStatus[Any]) -> None:
        await trio.sleep(30)
        task_status.started()
        await late.wait()

    async with trio.open_nursery() as nursery:
        await nursery.start(circles([serving("agent", watch.stopping)], [Named("controller", slow)]))
        assert trio.current_time() == pytest.approx(30)
        watch.stopping.set()
    assert watch.states[0] == ("controller", True)


async def test_a_stop_before_the_outer_was_usable_ends_it_at_once(
    watch: Watch, late: trio.Event, circles: Any, autojump_clock: trio.abc.Clock
) -> None:
    async def never(*, task_status: trio.TaskStatus[Any]) -> None:
        await trio.sleep_forever()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(circles([serving("agent", watch.stopping)], [Named("controller", never)]))
        await trio.sleep(3)
        watch.stopping.set()
    assert trio.current_time() == pytest.approx(3)
    assert watch.states == [("controller", False)]


async def test_a_service_without_a_stop_of_its_own_is_cancelled(
    watch: Watch, late: trio.Event, circles: Any, autojump_clock: trio.abc.Clock
) -> None:
    async def endless(*, task_status: trio.TaskStatus[Any]) -> None:
        task_status.started()
        await trio.sleep_forever()

    async with trio.open_nursery() as nursery:
        outer = [Named("controller", until(late, endless))]
        await nursery.start(circles([serving("agent", watch.stopping)], outer))
        watch.stopping.set()
    assert watch.crashes == []


async def test_such_a_service_that_returns_is_fatal_too(
    watch: Watch, late: trio.Event, circles: Any, autojump_clock: trio.abc.Clock
) -> None:
    outer = [Named("heart", until(late, returning("heart", after=5).service))]
    with pytest.raises(ServiceReturned, match="heart"):
        await circles([serving("agent", watch.stopping)], outer)()


async def test_with_nothing_inside_the_outer_goes_on_until_a_stop(
    watch: Watch, late: trio.Event, circles: Any, autojump_clock: trio.abc.Clock
) -> None:
    async with trio.open_nursery() as nursery:
        await nursery.start(circles([], [serving("controller", late)]))
        await trio.sleep(100)
        assert not late.is_set()
        watch.stopping.set()
    assert downs(watch) == ["controller"]
