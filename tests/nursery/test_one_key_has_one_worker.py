"""Workers over keys: never two on one, nothing added is lost, an earlier time wins."""

from __future__ import annotations

import pytest
import trio

from stoker.nursery.keyed import KeyedQueue


class Worker:
    """Handles a key in ``seconds`` and writes down when it began and who ran beside it."""

    def __init__(self, seconds: float = 1.0) -> None:
        self.queue: KeyedQueue[str] = KeyedQueue()
        self.began: list[tuple[str, float]] = []
        self.most = 0
        self.running: list[str] = []
        self._seconds = seconds

    async def handle(self, key: str) -> None:
        """One key."""
        assert key not in self.running
        self.running.append(key)
        self.most = max(self.most, len(self.running))
        self.began.append((key, round(trio.current_time(), 3)))
        await trio.sleep(self._seconds)
        self.running.remove(key)

    async def run(self, workers: int, until: float) -> None:
        """Works for ``until`` seconds."""
        with trio.move_on_after(until):
            await self.queue.run(self.handle, workers=workers)


@pytest.fixture
def worker() -> Worker:
    return Worker()


async def test_a_key_added_twice_is_handled_once(worker: Worker, autojump_clock: trio.abc.Clock) -> None:
    for key in ("a", "b", "a"):
        worker.queue.add(key)
    await worker.run(1, until=10)
    assert [key for key, _ in worker.began] == ["a", "b"]


async def test_one_added_while_it_is_handled_is_handled_again_after(
    worker: Worker, autojump_clock: trio.abc.Clock
) -> None:
    async with trio.open_nursery() as nursery:
        worker.queue.add("a")
        nursery.start_soon(worker.run, 5, 10)
        await trio.sleep(0.5)
        for _ in range(3):
            worker.queue.add("a")
    assert worker.began == [("a", 0), ("a", 1)]


async def test_so_many_run_at_once_and_no_more(worker: Worker, autojump_clock: trio.abc.Clock) -> None:
    for key in "abcdefg":
        worker.queue.add(key)
    await worker.run(3, until=10)
    assert worker.most == 3
    assert len(worker.began) == 7


async def test_a_delayed_key_comes_at_its_time(worker: Worker, autojump_clock: trio.abc.Clock) -> None:
    worker.queue.add_after("a", 5)
    await worker.run(1, until=10)
    assert worker.began == [("a", 5)]


@pytest.mark.parametrize("delays", [(5, 2), (2, 5)])
async def test_the_earlier_time_wins(worker: Worker, delays: tuple[int, int], autojump_clock: trio.abc.Clock) -> None:
    for delay in delays:
        worker.queue.add_after("a", delay)
    await worker.run(1, until=20)
    assert worker.began == [("a", 2)]


async def test_what_is_added_now_needs_no_later_time(worker: Worker, autojump_clock: trio.abc.Clock) -> None:
    worker.queue.add_after("a", 5)
    worker.queue.add("a")
    await worker.run(1, until=20)
    assert worker.began == [("a", 0)]


async def test_a_delay_that_passes_while_the_key_is_handled_is_not_lost(
    worker: Worker, autojump_clock: trio.abc.Clock
) -> None:
    async with trio.open_nursery() as nursery:
        worker.queue.add("a")
        nursery.start_soon(worker.run, 1, 20)
        await trio.sleep(0.2)
        worker.queue.add_after("a", 0.3)
    assert worker.began == [("a", 0), ("a", 1)]


async def test_a_cancelled_delay_does_not_come(worker: Worker, autojump_clock: trio.abc.Clock) -> None:
    worker.queue.add_after("a", 5)
    worker.queue.cancel("a")
    await worker.run(1, until=20)
    assert worker.began == []


async def test_idle_means_that_nothing_waits_or_runs(worker: Worker, autojump_clock: trio.abc.Clock) -> None:
    async with trio.open_nursery() as nursery:
        worker.queue.add("a")
        worker.queue.add_after("b", 50)
        nursery.start_soon(worker.run, 1, 20)
        await worker.queue.idle()
        assert trio.current_time() == pytest.approx(1)


async def test_an_error_of_the_handler_ends_it_and_is_not_hidden() -> None:
    queue: KeyedQueue[str] = KeyedQueue()

    async def broken(key: str) -> None:
        raise KeyError(key)

    queue.add("a")
    with pytest.raises(ExceptionGroup) as caught:
        await queue.run(broken, workers=2)
    assert caught.group_contains(KeyError)


async def test_a_key_that_is_put_off_over_and_over_leaves_no_trail(
    worker: Worker, autojump_clock: trio.abc.Clock
) -> None:
    for _ in range(10_000):
        worker.queue.add_after("a", 86_400)
        worker.queue.cancel("a")
    assert worker.queue.pending < 200
