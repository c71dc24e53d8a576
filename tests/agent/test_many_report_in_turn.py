"""Agents that share a map begin their writes spread over the time that all of them need; one alone writes at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeVar

import trio

from stoker.agent.patient import PatientCluster
from stoker.agent.turns import FEW, MOMENT, MOST, ROOM, UNKNOWN, Turns
from stoker.api.handoff import history_limit
from stoker.kube.cluster import CONFIGMAPS
from tests.agent.plant import CR, SPACE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trio.testing import MockClock

    from stoker.kube.cluster import Cluster, Kind, Subresource
    from tests.agent.plant import Plant

T = TypeVar("T")


def of(sharers: int, *took: float) -> Turns:
    """The turns of whom chance gives the longest pause."""
    turns = Turns(chance=lambda: 1.0)
    for seconds in took:
        turns.wrote(seconds, sharers=sharers)
    turns.told = sharers
    return turns


def test_few_wait_for_nothing() -> None:
    assert Turns().pause() == of(FEW, 0.1).pause() == 0


def test_the_time_that_all_need_is_told_by_the_own_writes() -> None:
    assert of(FEW + 10).pause() == 10 * UNKNOWN * ROOM
    assert of(FEW + 10, 0.5, 0.01, 0.02).pause() == 10 * 0.02 * ROOM
    assert of(100_000, 0.1).pause() == MOST


def test_a_write_that_did_not_get_through_leaves_more_room_until_one_does() -> None:
    turns = of(FEW + 10, 0.01)
    before = turns.pause()
    turns.failed()
    turns.failed()
    assert turns.pause() == 4 * before
    turns.wrote(0.01, sharers=FEW + 10)
    assert turns.pause() == before


def test_who_is_not_through_in_a_moment_leaves_the_field_and_is_more_patient_the_next_time() -> None:
    assert of(FEW, 0.1).patience() == math.inf
    turns = of(FEW + 10, 0.1)
    assert turns.patience() == MOMENT
    turns.failed()
    assert turns.patience() == 2 * MOMENT


def test_each_waits_another_while() -> None:
    turns = Turns()
    turns.told = 50
    assert len({turns.pause() for _ in range(20)}) == 20


async def test_how_many_share_is_told_by_the_room_that_each_has(autojump_clock: MockClock, synced: Plant) -> None:
    assert max([await patched_after(synced, history_limit=history_limit(500)) for _ in range(5)]) > 0.1


async def test_or_by_the_map_itself(autojump_clock: MockClock, synced: Plant) -> None:
    others: Mapping[str, Any] = {"data": {f"gw-{number}": "{}" for number in range(1, 400)}}
    await synced.cluster.patch(CONFIGMAPS, SPACE, f"stoker-status-{CR}", others)
    assert await patched_after(synced) < 0.1  # nothing has told it yet
    assert max([await patched_after(synced) for _ in range(5)]) > 0.1


async def test_a_write_that_is_overtaken_is_begun_again(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.agent.stop()
    slow = SlowCluster(synced.cluster)
    synced.through = slow
    await synced.run(30)
    await synced.want(history_limit=history_limit(100))
    slow.patches_take = 1.5
    began = len(slow.begun)
    assert await patched_after(synced) > 1.5
    assert len(slow.begun) > began + 1


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


class SlowCluster(PatientCluster):
    """An object store whose patches take long."""

    patches_take = 0.0

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster)
        self.begun: list[str] = []

    async def patch(
        self, kind: Kind[T], namespace: str, name: str, body: Mapping[str, Any], *, subresource: Subresource = ""
    ) -> T:
        """After a while."""
        self.begun.append(name)
        await trio.sleep(self.patches_take)
        return await super().patch(kind, namespace, name, body, subresource=subresource)


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
