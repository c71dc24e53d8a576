"""A service that ends by itself ends everything, at once and in good order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.errors import ServiceReturned
from stoker.nursery.service import Named
from tests.nursery.conftest import crashing, returning, serving

if TYPE_CHECKING:
    from tests.nursery.conftest import Watch


async def test_the_error_says_which_and_nothing_is_restarted(watch: Watch, autojump_clock: trio.abc.Clock) -> None:
    with pytest.raises(ServiceReturned, match="service early ended without being asked to"):
        await watch.guard(returning("early", after=3), serving("good", watch.stopping))()
    assert trio.current_time() == pytest.approx(3)
    assert watch.crashes == []


async def test_its_siblings_are_asked_to_stop_and_drain_before_it_is_raised(
    watch: Watch, autojump_clock: trio.abc.Clock
) -> None:
    with pytest.raises(ServiceReturned):
        await watch.guard(returning("early"), serving("slow", watch.stopping, drain=7))()
    assert watch.stopping.is_set()
    assert trio.current_time() == pytest.approx(7)


async def test_a_sibling_in_its_pause_is_not_waited_for(watch: Watch, autojump_clock: trio.abc.Clock) -> None:
    with pytest.raises(ServiceReturned):
        await watch.guard(returning("early", after=0.5), crashing("bad"))()
    assert trio.current_time() == pytest.approx(0.5)


async def test_the_caller_may_choose_who_is_asked_to_stop(watch: Watch, autojump_clock: trio.abc.Clock) -> None:
    asked = trio.Event()
    async with trio.open_nursery() as nursery:

        async def fails() -> None:
            with pytest.raises(ServiceReturned):
                await watch.guard(returning("early"), serving("good", watch.stopping), ask_to_stop=asked.set)()

        nursery.start_soon(fails)
        await asked.wait()
        await trio.sleep(5)
        assert watch.up == {"good"}
        watch.stopping.set()


async def test_when_the_drain_is_cut_off_it_is_still_told_why_it_began(
    watch: Watch, autojump_clock: trio.abc.Clock
) -> None:
    with pytest.raises(ServiceReturned, match="early"), trio.move_on_after(10):
        await watch.guard(returning("early"), serving("slow", watch.stopping, drain=1e6))()
    assert [crash.text for crash in watch.crashes] == [
        "service slow did not end in time when it was asked to, and was cut off"
    ]


async def test_a_supervisor_inside_that_gave_up_is_not_restarted(watch: Watch, autojump_clock: trio.abc.Clock) -> None:
    async def inner(*, task_status: trio.TaskStatus[Any]) -> None:
        await watch.guard(returning("leaf", after=1))(task_status=task_status)

    with pytest.raises(ServiceReturned, match="leaf"):
        await watch.guard(Named("branch", inner), serving("good", watch.stopping))()


async def test_what_is_asked_to_end_may_return(watch: Watch, autojump_clock: trio.abc.Clock) -> None:
    watch.stopping.set()
    await watch.guard(returning("early"), serving("good", watch.stopping))()
    assert watch.crashes == []
