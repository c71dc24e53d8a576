"""Who calls for a resource while it rests is served after that, all by one pass; what it asks for itself is not kept waiting."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import pytest
import trio

from stoker.controller import loop as module
from stoker.controller.loop import REST, Loop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from trio.testing import MockClock

KEY = ("plant", "main")


@dataclass
class Passes:
    """Each takes ``seconds``; when each began, and whether somebody had called for it."""

    seconds: float = 0.5
    delay: float | None = None
    began: list[float] = field(default_factory=list)
    called: list[bool] = field(default_factory=list)
    loop: Loop = field(default_factory=Loop)

    async def __call__(self, _key: object, called: bool) -> float | None:
        self.began.append(trio.current_time())
        self.called.append(called)
        await trio.sleep(self.seconds)
        return self.delay

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Loop]:
        async with trio.open_nursery() as nursery:
            await nursery.start(partial(self.loop.run, self, workers=2))
            yield self.loop
            nursery.cancel_scope.cancel()

    @property
    def apart(self) -> list[float]:
        return [round(moment - self.began[0], 6) for moment in self.began]


async def test_many_reports_are_few_passes(autojump_clock: MockClock) -> None:
    passes = Passes()
    async with passes.running() as loop:
        for _ in range(300):
            loop.wake(KEY)
            await trio.sleep(0.02)
        await trio.sleep(30)
    assert passes.apart == [0, 2.5, 5.0, 7.5]
    assert all(passes.called)


async def test_a_wish_waits_for_no_rest(autojump_clock: MockClock) -> None:
    passes = Passes()
    async with passes.running() as loop:
        loop.wake(KEY)
        await trio.sleep(0.6)
        loop.wake(KEY, wish=True)
        await trio.sleep(30)
    assert passes.apart == [0, 0.6]


async def test_nor_does_one_that_comes_while_a_pass_runs(autojump_clock: MockClock) -> None:
    passes = Passes()
    async with passes.running() as loop:
        loop.wake(KEY)
        await trio.sleep(0.1)
        loop.wake(KEY)
        loop.wake(KEY, wish=True)
        await trio.sleep(30)
    assert passes.apart == [0, 0.5]


async def test_a_report_that_comes_while_a_pass_runs_is_looked_at_after_the_rest(autojump_clock: MockClock) -> None:
    passes = Passes(delay=60)
    async with passes.running() as loop:
        loop.wake(KEY)
        await trio.sleep(0.1)
        loop.wake(KEY)
        await trio.sleep(30)
    assert passes.apart == [0, 0.5 + REST.after(0.5)]
    assert passes.called == [True, True]


@pytest.mark.parametrize("ask", ["answered", "pushed"])
async def test_an_answer_and_a_push_wait_for_no_rest(autojump_clock: MockClock, ask: str) -> None:
    passes = Passes()
    async with passes.running() as loop:
        loop.wake(KEY)
        await trio.sleep(0.6)
        getattr(loop, ask)(KEY)
        await trio.sleep(30)
    assert passes.apart == [0, 0.6]
    assert passes.called == [True, False]


async def test_the_longest_pass_is_rested_from_for_a_bounded_while(autojump_clock: MockClock) -> None:
    passes = Passes(seconds=10)
    async with passes.running() as loop:
        loop.wake(KEY)
        await trio.sleep(10.1)
        loop.wake(KEY)
        await trio.sleep(30)
    assert passes.apart == [0, 10 + REST.longest]


async def test_a_rest_keeps_no_other_resource_waiting(autojump_clock: MockClock) -> None:
    passes = Passes()
    async with passes.running() as loop:
        loop.wake(KEY)
        await trio.sleep(0.6)
        loop.wake(KEY)
        loop.wake(("plant", "other"))
        await trio.sleep(0.1)
        assert passes.apart == [0, 0.6]


async def test_resources_that_have_rested_are_forgotten(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RESTING", 3)
    passes = Passes()
    async with passes.running() as loop:
        for number in range(50):
            loop.wake(("plant", f"gone-{number}"))
            await trio.sleep(5)
        assert len(loop._rested) <= 3
