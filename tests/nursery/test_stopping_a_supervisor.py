"""Stop by event: whoever runs ends, whoever pauses does not begin again, what fails meanwhile is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.nursery.service import Named
from tests.nursery.conftest import crashing, serving

if TYPE_CHECKING:
    from tests.nursery.conftest import Watch


async def test_a_pause_ends_with_the_stop(watch: Watch, autojump_clock: trio.abc.Clock) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(watch.guard(crashing("bad")))
        await trio.sleep(0.5)
        watch.stopping.set()
    assert trio.current_time() == pytest.approx(0.5)


async def test_cancellation_in_a_pause_ends_it_too(watch: Watch, autojump_clock: trio.abc.Clock) -> None:
    with trio.move_on_after(0.5) as scope:
        await watch.guard(crashing("bad"))()
    assert scope.cancelled_caught
    assert len(watch.crashes) == 1


async def test_what_fails_while_it_ends_is_told_and_is_not_fatal(watch: Watch, autojump_clock: trio.abc.Clock) -> None:
    async def run(*, task_status: trio.TaskStatus[Any]) -> None:
        task_status.started()
        await watch.stopping.wait()
        raise OSError(28, "No space left on device")

    async with trio.open_nursery() as nursery:
        await nursery.start(watch.guard(Named("files", run), serving("good", watch.stopping)))
        watch.stopping.set()
    assert [(crash.text, crash.delay) for crash in watch.crashes] == [
        ("OSError: [Errno 28] No space left on device", None)
    ]


async def test_a_stop_before_everything_was_usable_is_a_clean_end(watch: Watch, autojump_clock: trio.abc.Clock) -> None:
    async def slow(*, task_status: trio.TaskStatus[Any]) -> None:
        await watch.stopping.wait()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(_set_after, 3, watch.stopping)
        await nursery.start(watch.guard(Named("slow", slow), serving("good", watch.stopping)))
    assert trio.current_time() == pytest.approx(3)
    assert watch.crashes == []


async def _set_after(seconds: float, event: trio.Event) -> None:
    await trio.sleep(seconds)
    event.set()
