"""The event of a push is written after the answer, once for all that say the same, and not lost when the receiver ends."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import trio
from structlog.testing import capture_logs
from trio.testing import wait_all_tasks_blocked

from stoker.kube.cluster import EVENTS, GATEWAYSYNCS
from stoker.kube.events import EventRecorder
from stoker.kube.memory import MemoryCluster
from stoker.receiver import backlog
from stoker.receiver.backlog import FAREWELL, Backlog
from tests.receiver.conftest import Served, pushed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest
    from trio.testing import MockClock

    from stoker.api.objects import ObjectMeta


SECONDS = 0.5


class Slow(MemoryCluster):
    """Takes half a second for an event, and holds them all until ``held`` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.held = trio.Event()
        self.held.set()
        self.tried: list[float] = []

    async def create(self, kind: Any, namespace: str, body: Any) -> Any:
        if kind is EVENTS:
            self.tried.append(trio.current_time())
            await trio.sleep(SECONDS)
            await self.held.wait()
        return await super().create(kind, namespace, body)

    async def counts(self) -> dict[str, int]:
        return {event.message: event.count for event in (await self.list(EVENTS)).items}


@asynccontextmanager
async def running(cluster: MemoryCluster) -> AsyncIterator[Backlog]:
    waiting = Backlog(EventRecorder(cluster, "stoker-receiver"))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(waiting.run)
        yield waiting
        nursery.cancel_scope.cancel()


async def meta(cluster: MemoryCluster) -> ObjectMeta:
    return (await cluster.create(GATEWAYSYNCS, "default", {"metadata": {"name": "plant"}})).metadata


async def test_a_push_is_answered_while_its_event_cannot_be_written(
    receiver: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging, write = trio.Event(), receiver.cluster.create

    async def create(kind: Any, namespace: str, body: Any) -> Any:
        if kind is EVENTS:
            await hanging.wait()
        return await write(kind, namespace, body)

    monkeypatch.setattr(receiver.cluster, "create", create)
    with trio.fail_after(10):
        assert (await receiver.push(pushed())).status_code == 202
    assert "pushed-at" in await receiver.annotations()
    hanging.set()
    await receiver.stop()
    assert len((await receiver.cluster.list(EVENTS)).items) == 1


async def test_what_is_said_again_while_it_waits_is_one_write_with_its_count(autojump_clock: MockClock) -> None:
    cluster = Slow()
    regarding = await meta(cluster)
    async with running(cluster) as waiting:
        waiting.add(regarding, "first")
        await wait_all_tasks_blocked()
        for _ in range(7):
            waiting.add(regarding, "second")
        await trio.sleep(60)
    assert await cluster.counts() == {"first": 1, "second": 7}
    assert len(cluster.tried) == 2


async def test_after_a_slow_write_it_rests_the_longer(autojump_clock: MockClock) -> None:
    cluster = Slow()
    regarding = await meta(cluster)
    async with running(cluster) as waiting:
        for message in ("first", "second", "third"):
            waiting.add(regarding, message)
        await trio.sleep(60)
    first, second, third = cluster.tried
    assert (second - first, third - second) == (SECONDS + backlog.REST.after(SECONDS),) * 2


async def test_what_waits_at_the_end_is_written_without_rests(autojump_clock: MockClock) -> None:
    cluster = Slow()
    regarding = await meta(cluster)
    async with running(cluster) as waiting:
        waiting.add(regarding, "first")
        waiting.add(regarding, "second")
        await wait_all_tasks_blocked()
        await waiting.finish()
        assert set(await cluster.counts()) == {"first", "second"}


async def test_the_end_waits_for_a_store_that_hangs_no_longer_than_its_bound(autojump_clock: MockClock) -> None:
    cluster = Slow()
    cluster.held = trio.Event()
    regarding = await meta(cluster)
    async with running(cluster) as waiting:
        waiting.add(regarding, "never")
        await wait_all_tasks_blocked()
        began = trio.current_time()
        await waiting.finish()
        assert trio.current_time() - began == FAREWELL


async def test_one_that_runs_again_writes_what_was_left(autojump_clock: MockClock) -> None:
    cluster = Slow()
    regarding = await meta(cluster)
    waiting = Backlog(EventRecorder(cluster, "stoker-receiver"))
    with trio.move_on_after(2):
        await waiting.run()
    waiting.add(regarding, "late")
    with trio.move_on_after(30):
        await waiting.run()
    assert await cluster.counts() == {"late": 1}


async def test_more_than_can_wait_is_said_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "WAITING", 1)
    cluster = MemoryCluster()
    regarding = await meta(cluster)
    waiting = Backlog(EventRecorder(cluster, "stoker-receiver"))
    with capture_logs() as logs:
        waiting.add(regarding, "kept")
        waiting.add(regarding, "kept")
        waiting.add(regarding, "too much")
    assert [(line["event"], line["event_message"]) for line in logs] == [("event_not_recorded", "too much")]
