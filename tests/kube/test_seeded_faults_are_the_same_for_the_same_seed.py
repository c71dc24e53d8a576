"""Seeded faults: what they do to a call, that a lost answer leaves the write, and that a seed replays."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.errors import ClusterUnreachable, Conflict, StokerError, TooManyRequests, WatchExpired
from stoker.kube.cluster import CONFIGMAPS
from stoker.kube.faults import Faults
from stoker.kube.memory import MemoryCluster

if TYPE_CHECKING:
    from trio.testing import MockClock


async def history(seed: int) -> tuple[list[str], list[str], float]:
    """What a fixed run of calls meets: the faults, the outcomes, and the time they took."""
    faults = Faults(seed=seed, conflict=0.2, lost=0.1, throttled=0.1, stall=0.1, expired=0.1, watch_lost=0.1)
    cluster, outcomes = MemoryCluster(faults=faults), []
    began = trio.current_time()
    for count in range(60):
        for call in (
            lambda: cluster.create(CONFIGMAPS, "here", {"metadata": {"name": "a"}}),
            lambda count=count: cluster.patch(CONFIGMAPS, "here", "a", {"data": {"k": str(count)}}),
            lambda: cluster.list(CONFIGMAPS),
        ):
            try:
                await call()
                outcomes.append("good")
            except StokerError as error:
                outcomes.append(error.reason)
    return faults.injected, outcomes, trio.current_time() - began


async def test_a_seed_replays(autojump_clock: MockClock) -> None:
    assert await history(7) == await history(7)


async def test_seeds_differ(autojump_clock: MockClock) -> None:
    assert (await history(7))[0] != (await history(8))[0]


async def test_every_kind_of_fault_occurs(autojump_clock: MockClock) -> None:
    injected, outcomes, _ = await history(7)
    assert {fault.split()[0] for fault in injected} == {"conflict", "lost", "429", "stall"}
    assert {"Conflict", "ClusterUnreachable", "TooManyRequests", "good"} <= set(outcomes)


async def test_without_faults_nothing_fails(autojump_clock: MockClock) -> None:
    cluster = MemoryCluster(faults=Faults(seed=1))
    await cluster.create(CONFIGMAPS, "here", {"metadata": {"name": "a"}})
    assert (await cluster.get(CONFIGMAPS, "here", "a")).metadata.name == "a"


@pytest.mark.parametrize(
    ("faults", "error"),
    [
        (Faults(conflict=1), Conflict),
        (Faults(throttled=1), TooManyRequests),
        (Faults(lost=1), ClusterUnreachable),
    ],
    ids=["conflict", "throttled", "lost"],
)
async def test_a_call_that_fails_before_it_is_done_changes_nothing(faults: Faults, error: type[StokerError]) -> None:
    cluster = MemoryCluster()
    await cluster.create(CONFIGMAPS, "here", {"metadata": {"name": "a"}})
    before = cluster.snapshot()
    broken = MemoryCluster(faults=faults)
    broken.load(before)
    with pytest.raises(error):
        await broken.patch(CONFIGMAPS, "here", "a", {"data": {"k": "v"}})
    assert broken.snapshot() == before


async def test_a_throttled_call_says_when_to_come_again() -> None:
    with pytest.raises(TooManyRequests) as caught:
        await MemoryCluster(faults=Faults(throttled=1)).list(CONFIGMAPS)
    assert caught.value.retry_after == 1


async def test_a_lost_answer_leaves_what_was_written() -> None:
    faults = Faults(seed=3)
    cluster = MemoryCluster(faults=faults)
    faults.lost, before = 0.3, 0
    while "lost answer create" not in faults.injected:
        faults.injected.clear()
        before = len(cluster.snapshot())
        with suppress(ClusterUnreachable):
            await cluster.create(CONFIGMAPS, "here", {"metadata": {"generateName": "a-"}})
    assert len(cluster.snapshot()) == before + 1


async def test_a_stalled_call_takes_its_time_and_is_done(autojump_clock: MockClock) -> None:
    cluster = MemoryCluster(faults=Faults(stall=1, stall_seconds=9))
    await cluster.create(CONFIGMAPS, "here", {"metadata": {"name": "a"}})
    assert trio.current_time() == pytest.approx(9)
    assert cluster.peek(CONFIGMAPS, "here", "a") is not None


@pytest.mark.parametrize(
    ("faults", "error"),
    [(Faults(expired=1), WatchExpired), (Faults(watch_lost=1), ClusterUnreachable)],
    ids=["410", "lost"],
)
async def test_a_watch_can_expire_or_break(faults: Faults, error: type[StokerError]) -> None:
    cluster = MemoryCluster(faults=faults)
    send, _receive = trio.open_memory_channel[Any](1)
    await cluster.create(CONFIGMAPS, "here", {"metadata": {"name": "a"}})
    with pytest.raises(error):
        await cluster.watch(CONFIGMAPS, "here", resource_version="0", into=send)


async def test_a_watch_can_end_in_good_order_before_an_event_which_comes_with_the_next() -> None:
    cluster = MemoryCluster(faults=Faults(watch_ended=1))
    send, receive = trio.open_memory_channel[Any](1)
    await cluster.create(CONFIGMAPS, "here", {"metadata": {"name": "a"}})
    await cluster.watch(CONFIGMAPS, "here", resource_version="0", into=send)
    with pytest.raises(trio.WouldBlock):
        receive.receive_nowait()
