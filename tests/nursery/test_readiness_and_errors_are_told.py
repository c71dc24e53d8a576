"""What a supervisor tells: who is usable when, and errors as their leaves; what is no failure passes through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.errors import GitTimeout
from stoker.nursery.service import Named
from stoker.nursery.supervisor import flatten
from tests.nursery.conftest import crashing, serving

if TYPE_CHECKING:
    from tests.nursery.conftest import Watch


async def test_a_service_that_is_down_is_told_and_so_is_its_return(
    watch: Watch, autojump_clock: trio.abc.Clock
) -> None:
    async with trio.open_nursery() as nursery:
        await nursery.start(watch.guard(crashing("bad", after=2), serving("good", watch.stopping)))
        assert watch.up == {"bad", "good"}
        await trio.sleep(2.5)
        assert watch.up == {"good"}
        await trio.sleep(1)
        assert watch.up == {"bad", "good"}
        watch.stopping.set()
        nursery.cancel_scope.cancel()
    assert watch.up == set()


async def test_started_comes_when_every_service_was_usable_once(watch: Watch, autojump_clock: trio.abc.Clock) -> None:
    async def slow(*, task_status: trio.TaskStatus[Any]) -> None:
        await trio.sleep(9)
        task_status.started()
        await trio.sleep_forever()

    async with trio.open_nursery() as nursery:
        await nursery.start(watch.guard(Named("slow", slow), crashing("bad", after=2)))
        assert trio.current_time() == pytest.approx(9)
        nursery.cancel_scope.cancel()


async def test_nested_groups_are_told_as_their_leaves(watch: Watch, autojump_clock: trio.abc.Clock) -> None:
    leaves = [GitTimeout("the server sleeps"), KeyError("x")]
    nested = ExceptionGroup("outer", [ExceptionGroup("inner", [ExceptionGroup("", leaves[:1])]), leaves[1]])
    with trio.move_on_after(0.5):
        await watch.guard(crashing("bad", error=nested))()
    assert watch.crashes[0].causes == tuple(leaves)
    assert watch.crashes[0].text == "the server sleeps; KeyError: 'x'"


async def test_a_text_of_several_lines_is_told_in_one(watch: Watch, autojump_clock: trio.abc.Clock) -> None:
    with trio.move_on_after(0.5):
        await watch.guard(crashing("bad", error=ValueError("a\n  b")))()
    assert watch.crashes[0].text == "ValueError: a b"


async def test_a_keyboard_interrupt_is_not_swallowed(watch: Watch, autojump_clock: trio.abc.Clock) -> None:
    with pytest.raises(BaseExceptionGroup) as caught:
        await watch.guard(crashing("bad", error=KeyboardInterrupt()), serving("good", watch.stopping))()
    assert [type(leaf) for leaf in flatten(caught.value)] == [KeyboardInterrupt]
    assert watch.up == set()


async def test_cancellation_ends_every_service_and_tells_it(watch: Watch, autojump_clock: trio.abc.Clock) -> None:
    with trio.move_on_after(4) as scope:
        await watch.guard(serving("one", watch.stopping), serving("two", watch.stopping))()
    assert scope.cancelled_caught
    assert watch.up == set()
    assert watch.crashes == []
