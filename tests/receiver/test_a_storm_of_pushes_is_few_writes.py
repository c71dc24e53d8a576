"""Pushes for one resource that come while one of them is written are served by the next write, and by one only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from stoker.errors import ClusterUnreachable
from stoker.receiver.gather import Gathered

if TYPE_CHECKING:
    from trio.testing import MockClock


class Writes:
    """``begun``: when each write began; each takes a second, and the first ``failures`` fail."""

    def __init__(self, failures: int = 0) -> None:
        self.gathered = Gathered()
        self.begun: list[float] = []
        self.done: list[float] = []
        self.failed = 0
        self.failures = failures

    async def _write(self) -> None:
        self.begun.append(trio.current_time())
        await trio.sleep(1)
        if self.failures:
            self.failures -= 1
            raise ClusterUnreachable("down")

    async def push(self, key: str = "plant") -> None:
        try:
            await self.gathered.write(key, self._write)
        except ClusterUnreachable:
            self.failed += 1
        else:
            self.done.append(trio.current_time())

    async def storm(self, *keys: str) -> None:
        async with trio.open_nursery() as nursery:
            for key in keys:
                nursery.start_soon(self.push, key)


async def test_a_hundred_at_once_are_two_writes_at_most(autojump_clock: MockClock) -> None:
    writes = Writes()
    await writes.storm(*["plant"] * 100)
    assert len(writes.begun) in {1, 2}
    assert len(writes.done) == 100


async def test_who_comes_while_a_write_runs_is_served_by_one_that_begins_after(autojump_clock: MockClock) -> None:
    writes = Writes()
    came: list[float] = []
    async with trio.open_nursery() as nursery:
        nursery.start_soon(writes.push)
        await trio.sleep(0.5)
        for _ in range(10):
            came.append(trio.current_time())
            nursery.start_soon(writes.push)
    assert len(writes.begun) == 2
    assert writes.begun[1] >= max(came)
    assert len(writes.done) == 11


async def test_others_do_not_wait(autojump_clock: MockClock) -> None:
    writes = Writes()
    begun = trio.current_time()
    await writes.storm("plant", "other", "third")
    assert trio.current_time() - begun == pytest.approx(1)


async def test_where_one_fails_the_next_tries_itself(autojump_clock: MockClock) -> None:
    writes = Writes(failures=1)
    await writes.storm(*["plant"] * 5)
    assert (writes.failed, len(writes.done), len(writes.begun)) == (1, 4, 2)


async def test_who_gives_up_while_writing_leaves_it_to_the_next(autojump_clock: MockClock) -> None:
    writes = Writes()
    async with trio.open_nursery() as nursery:

        async def impatient() -> None:
            with trio.move_on_after(0.5):
                await writes.push()

        nursery.start_soon(impatient)
        nursery.start_soon(writes.push)
    assert len(writes.done) == 1


async def test_nothing_is_kept_of_what_is_done(autojump_clock: MockClock) -> None:
    writes = Writes(failures=1)
    await writes.storm("plant", "plant", "other")
    assert writes.gathered._lines == {}
