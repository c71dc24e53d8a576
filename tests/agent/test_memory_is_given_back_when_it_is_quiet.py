"""After every turn, once nothing more comes, the process rests; while commits come close it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from stoker.agent.blocking import Inline, InThread
from stoker.agent.loop import QUIET

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant


class Resting(Inline):
    """Counts the rests."""

    def __init__(self) -> None:
        self.rests = 0

    async def rest(self) -> None:
        self.rests += 1
        await super().rest()


@pytest.fixture
def resting(plant: Plant) -> Resting:
    """How the plant's engine is called."""
    plant.blocking = made = Resting()
    return made


async def test_once_after_each_commit(autojump_clock: MockClock, resting: Resting, synced: Plant) -> None:
    await trio.sleep(QUIET + 1)
    before = resting.rests
    for number in range(3):
        await synced.push({"projects/line1/new.txt": str(number)})
        await trio.sleep(QUIET + 1)
    assert resting.rests - before == 3


async def test_not_between_commits_that_come_close(autojump_clock: MockClock, resting: Resting, synced: Plant) -> None:
    await trio.sleep(QUIET + 1)
    before = resting.rests
    for number in range(3):
        await synced.push({"projects/line1/new.txt": str(number)})
        await trio.sleep(QUIET / 2)
    await trio.sleep(QUIET + 1)
    assert resting.rests - before == 1


async def test_once_after_a_turn_that_only_looks(autojump_clock: MockClock, resting: Resting, synced: Plant) -> None:
    await trio.sleep(QUIET + 1)
    before = resting.rests
    await trio.sleep(301)
    assert resting.rests - before == 10


async def test_not_while_paused(autojump_clock: MockClock, resting: Resting, synced: Plant) -> None:
    await synced.want(paused=True)
    await trio.sleep(QUIET + 1)
    before = resting.rests
    await trio.sleep(301)
    assert resting.rests == before


async def test_a_rest_delays_no_commit(autojump_clock: MockClock, resting: Resting, synced: Plant) -> None:
    await trio.sleep(QUIET + 1)
    before = trio.current_time()
    await synced.push({"projects/line1/new.txt": "x"})
    await synced.until(lambda: synced.live("projects/line1/new.txt") == "x")
    assert trio.current_time() - before < QUIET


async def test_a_thread_is_what_rests_in_a_process() -> None:
    await InThread().rest()
