"""Agents that share a map begin their writes spread over the time that all of them need; one alone writes at once."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
import trio

from stoker.agent.patient import PatientCluster
from stoker.agent.turns import CROWD, EACH, FEW, LONGEST, MOMENT, MOST, SHORTEST, STEP, Turns
from stoker.api.handoff import history_limit
from stoker.kube.cluster import CONFIGMAPS
from tests.agent.plant import CR, SPACE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trio.testing import MockClock

    from stoker.kube.cluster import Cluster, Kind, Subresource
    from tests.agent.plant import Plant

T = TypeVar("T")


def of(sharers: int, *took: float, key: str = "gw-000", second: bool = False, known: int | None = None) -> Turns:
    """Among ``gw-000`` and on, of whom the map held ``known`` (all, unless told), for whom chance is the worst."""
    keys = [f"gw-{number:03}" for number in range(sharers if known is None else known)]
    turns = Turns(key, second=second, chance=lambda: 1.0)
    for seconds in took:
        turns.wrote(seconds, keys)
    turns.saw(keys)
    turns.told = sharers
    return turns


def test_few_wait_for_nothing() -> None:
    assert Turns("gw-000").pause() == of(FEW, 0.1, key=f"gw-{FEW - 1:03}").pause() == 0


def test_who_is_in_the_map_comes_in_the_order_of_the_keys_and_no_two_overlap() -> None:
    crowd = 100
    first = [of(crowd, key=f"gw-{number:03}") for number in range(crowd)]
    pauses = [turns.pause() for turns in first]
    apart = [after - before for before, after in pairwise(pauses)]
    assert min(apart) > 0
    assert max(pauses) <= (crowd - FEW) * SHORTEST * STEP
    for turns in first:
        turns._chance = lambda: 0.0
    soonest = [turns.pause() for turns in first]
    assert all(early - late > 0 for late, early in zip(pauses, soonest[1:], strict=False))


def test_the_time_of_a_turn_grows_with_the_map_and_with_a_slow_server() -> None:
    last = "gw-299"
    usual = of(300, key=last).pause()
    assert usual == pytest.approx((300 - FEW) * EACH * 300 * STEP * (299.5 / 300))
    assert of(300, 0.001, 9, 9, key=last).pause() == usual
    assert of(300, 9, 9, key=last).pause() == usual
    assert of(300, 3 * EACH * 300, 9, 9, key=last).pause() == pytest.approx(3 * usual)
    assert of(300, 9, 9, 9, key=last).pause() == pytest.approx(usual * LONGEST / (EACH * 300))


def test_who_is_not_in_the_map_yet_leaves_it_to_chance() -> None:
    assert of(FEW + 10, key="new").pause() == 2 * 10 * SHORTEST * STEP


def test_of_a_map_that_was_filling_when_it_was_seen_chance_stands_for_who_came_later() -> None:
    alone = of(FEW + 80, known=1)
    assert alone.pause() == 80 * SHORTEST * STEP
    alone._chance = lambda: 0.0
    assert alone.pause() == 0


def test_the_second_map_is_written_when_all_have_written_the_first() -> None:
    span = 80 * SHORTEST * STEP
    assert {of(FEW + 80, key=key, second=True).pause() for key in ("gw-000", "gw-050", f"gw-{FEW + 79:03}")} == {span}


def test_a_write_that_did_not_get_through_leaves_more_room_until_one_does() -> None:
    turns, span = of(FEW + 10), 10 * SHORTEST * STEP
    pauses = []
    for _ in range(MOST + 2):
        turns.failed()
        pauses.append(turns.pause() / span)
    assert pauses == [1, 2, 4, 8, 8, 8]
    turns.wrote(SHORTEST / 2, ["gw-000"])
    assert turns.pause() == span


def test_who_is_not_through_in_a_moment_leaves_the_field_and_is_more_patient_the_next_time() -> None:
    assert of(CROWD, 0.1).patience() == math.inf
    turns = of(CROWD + 10, 0.1)
    assert turns.patience() == MOMENT
    turns.failed()
    assert turns.patience() == 2 * MOMENT


def test_who_shares_a_large_map_is_asked_until_all_are_known() -> None:
    assert of(CROWD, 0.1).curious
    assert of(CROWD + 80, 0.1, known=CROWD).curious
    assert of(CROWD + 80, 0.1, key="new").curious
    knowing = of(CROWD + 80, 0.1)
    assert not knowing.curious
    knowing.wrote(0.1, None)
    assert knowing.sharers == CROWD + 80
    knowing.told += 1
    assert knowing.curious


async def test_how_many_share_is_told_by_the_room_that_each_has(autojump_clock: MockClock, synced: Plant) -> None:
    assert max([await patched_after(synced, history_limit=history_limit(500)) for _ in range(5)]) > 0.1  # all by chance


async def test_or_by_the_map_itself(autojump_clock: MockClock, synced: Plant) -> None:
    others: Mapping[str, Any] = {"data": {f"a-{number}": "{}" for number in range(400)}}
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
