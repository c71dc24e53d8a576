"""A stop waits for the engine call that runs, and not for ever; what is abandoned gives the directory up when it ends."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest
import trio
import trio.testing

from stoker.agent.blocking import END_SECONDS, InThread
from stoker.agent.desk import Desk
from stoker.agent.gate import Gate


class Slow:
    """A blocking call that runs until it is let go."""

    def __init__(self) -> None:
        self.begun, self.go, self.ended = threading.Event(), threading.Event(), threading.Event()

    def __call__(self) -> str:
        self.begun.set()
        self.go.wait(30)
        self.ended.set()
        return "merged"


async def _cancelled(blocking: InThread, work: Slow) -> trio.Event:
    """Call, cancel once it runs; set when the caller is free again."""
    free = trio.Event()

    async def call(scope: trio.CancelScope) -> None:
        with scope:
            await blocking(work)
        free.set()

    scope = trio.CancelScope()
    trio.lowlevel.spawn_system_task(call, scope)
    await trio.to_thread.run_sync(work.begun.wait)
    scope.cancel()
    return free


async def test_a_cancelled_caller_waits_until_the_call_has_ended() -> None:
    work = Slow()
    free = await _cancelled(InThread(), work)
    await trio.testing.wait_all_tasks_blocked(0.05)
    assert not free.is_set()
    work.go.set()
    await free.wait()
    assert work.ended.is_set()


async def test_it_waits_no_longer_than_it_is_told() -> None:
    work = Slow()
    free = await _cancelled(InThread(end_seconds=0.05), work)
    await free.wait()
    assert not work.ended.is_set()
    work.go.set()


async def test_what_comes_after_an_abandoned_call_runs_when_that_one_ends() -> None:
    work, blocking = Slow(), InThread(end_seconds=0.05)
    closed = threading.Event()
    await (await _cancelled(blocking, work)).wait()
    blocking.when_idle(closed.set)
    assert not closed.is_set()
    work.go.set()
    await trio.to_thread.run_sync(closed.wait)
    assert work.ended.is_set()


async def test_a_directory_is_kept_until_an_abandoned_call_no_longer_works_on_it() -> None:
    work, blocking, closed = Slow(), InThread(end_seconds=0.05), threading.Event()
    engine: Any = SimpleNamespace(close=closed.set)
    await (await _cancelled(blocking, work)).wait()
    Desk(engine, Gate(), blocking, gateway="press", namespace="plant").close()
    assert not closed.is_set()
    work.go.set()
    await trio.to_thread.run_sync(closed.wait)


async def test_with_nothing_running_it_comes_at_once() -> None:
    closed = threading.Event()
    InThread().when_idle(closed.set)
    assert closed.is_set()


async def test_results_and_errors_come_as_they_are() -> None:
    def fails() -> None:
        raise ZeroDivisionError("as it came")

    blocking = InThread()
    assert await blocking(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError, match="as it came"):
        await blocking(fails)


def test_a_merge_has_fifteen_seconds() -> None:
    assert END_SECONDS == 15.0
