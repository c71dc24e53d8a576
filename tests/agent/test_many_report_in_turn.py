"""Agents that share a map begin their writes spread over the time that all of them need; one alone writes at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from stoker.agent.turns import MOST, ROOM, UNKNOWN, Turns
from stoker.api.handoff import history_limit
from stoker.kube.cluster import CONFIGMAPS
from tests.agent.plant import CR, SPACE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from trio.testing import MockClock

    from tests.agent.plant import Plant


def of(sharers: int, *took: float) -> Turns:
    """The turns of whom chance gives the longest pause."""
    turns = Turns(chance=lambda: 1.0)
    for seconds in took:
        turns.wrote(seconds, sharers=sharers)
    turns.sharers = sharers
    return turns


def test_alone_nobody_waits() -> None:
    assert Turns().pause() == 0


def test_the_time_that_all_need_is_told_by_the_quickest_own_write() -> None:
    assert of(101).pause() == 100 * UNKNOWN * ROOM
    assert of(101, 0.5, 0.01, 3.0).pause() == 100 * 0.01 * ROOM
    assert of(100_000, 0.1).pause() == MOST


def test_a_write_that_did_not_get_through_leaves_more_room_until_one_does() -> None:
    turns = of(11, 0.01)
    before = turns.pause()
    turns.failed()
    turns.failed()
    assert turns.pause() == 4 * before
    turns.wrote(0.01, sharers=11)
    assert turns.pause() == before


def test_each_waits_another_while() -> None:
    turns = Turns()
    turns.sharers = 50
    assert len({turns.pause() for _ in range(20)}) == 20


async def test_how_many_share_is_told_by_the_room_that_each_has(autojump_clock: MockClock, synced: Plant) -> None:
    assert max([await patched_after(synced, history_limit=history_limit(500)) for _ in range(5)]) > 0.1


async def test_or_by_the_map_itself(autojump_clock: MockClock, synced: Plant) -> None:
    others: Mapping[str, Any] = {"data": {f"gw-{number}": "{}" for number in range(1, 400)}}
    await synced.cluster.patch(CONFIGMAPS, SPACE, f"stoker-status-{CR}", others)
    assert await patched_after(synced) < 0.1  # nothing has told it yet
    assert max([await patched_after(synced) for _ in range(5)]) > 0.1


async def test_a_lone_gateway_is_reported_at_once(autojump_clock: MockClock, synced: Plant) -> None:
    assert await patched_after(synced) < 0.1


async def test_a_stop_writes_what_is_left_out_of_turn(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.want(history_limit=history_limit(3000))
    commit = await synced.push({"projects/line1/project.json": "new"})
    with trio.fail_after(1):
        while synced.live() != "new":  # noqa: ASYNC110 - on the virtual clock
            await trio.sleep(0.01)
    await synced.agent.stop()
    assert synced.report.synced_commit == commit


async def patched_after(plant: Plant, **changes: Any) -> float:
    """Seconds from a sync to its report."""
    if changes:
        await plant.want(**changes)
    text = f"at {trio.current_time()}"
    commit = await plant.push({"projects/line1/project.json": text})
    while plant.live() != text:  # noqa: ASYNC110 - on the virtual clock
        await trio.sleep(0.001)
    began = trio.current_time()
    while plant.report.synced_commit != commit:  # noqa: ASYNC110 - on the virtual clock
        await trio.sleep(0.001)
    return trio.current_time() - began
