"""A crashing service is restarted after a pause; its siblings never notice."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import trio

from stoker.nursery.backoff import Backoff
from stoker.nursery.service import Named
from tests.nursery.conftest import crashing, serving

if TYPE_CHECKING:
    from tests.nursery.conftest import Watch


async def test_it_is_restarted_while_its_siblings_keep_serving(watch: Watch, autojump_clock: trio.abc.Clock) -> None:
    async with trio.open_nursery() as nursery:
        await nursery.start(watch.guard(crashing("bad", after=5), serving("good", watch.stopping)))
        await trio.sleep(28)
        watch.stopping.set()
    assert [(crash.service, crash.delay) for crash in watch.crashes] == [("bad", 1.0)] * 4 + [("bad", None)]
    assert [told for told in watch.states if told[0] == "good"] == [("good", True), ("good", False)]


async def test_the_pauses_grow_as_the_backoff_says(watch: Watch, autojump_clock: trio.abc.Clock) -> None:
    backoff = Backoff((1.0, 2.0, 4.0), jitter=0.0)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(watch.guard(crashing("bad"), backoff=backoff))
        await trio.sleep(12)
        watch.stopping.set()
    assert [crash.delay for crash in watch.crashes] == [1.0, 2.0, 4.0, 4.0, 4.0]


async def test_a_healthy_minute_resets_the_pauses(watch: Watch, autojump_clock: trio.abc.Clock) -> None:
    lives = iter([0.0, 0.0, 60.0, 0.0])

    async def run(*, task_status: trio.TaskStatus[Any]) -> None:
        task_status.started()
        await trio.sleep(next(lives, math.inf))
        raise ValueError

    async with trio.open_nursery() as nursery:
        nursery.start_soon(watch.guard(Named("bad", run), backoff=Backoff((1.0, 2.0, 4.0), jitter=0.0)))
        await trio.sleep(200)
        watch.stopping.set()
        nursery.cancel_scope.cancel()
    assert [crash.delay for crash in watch.crashes if crash.delay] == [1.0, 2.0, 1.0, 2.0]


async def test_a_minute_spent_failing_to_start_is_not_a_healthy_one(
    watch: Watch, autojump_clock: trio.abc.Clock
) -> None:
    backoff = Backoff((1.0, 2.0, 4.0), jitter=0.0)
    with trio.move_on_after(300):
        await watch.guard(crashing("bad", after=70, usable=False), backoff=backoff)()
    assert [crash.delay for crash in watch.crashes] == [1.0, 2.0, 4.0, 4.0]
