"""Of many replicas one leads; another follows it at once after a clean end, and after the lease when it fell silent."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.errors import LeadershipLost
from stoker.kube.cluster import CONFIGMAPS, LEASES
from stoker.kube.memory import MemoryCluster
from tests.kube.lease_replicas import NAME, NAMESPACE, Line, Replica, spec

if TYPE_CHECKING:
    from collections.abc import Mapping

MICRO_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


async def test_a_lease_is_made_with_what_others_read_in_it(autojump_clock: object, nursery: trio.Nursery) -> None:
    cluster = MemoryCluster()
    await nursery.start(Replica(cluster, "a").run)
    made = await spec(cluster)
    assert (made["holderIdentity"], made["leaseDurationSeconds"], made["leaseTransitions"]) == ("a", 15, 0)
    assert MICRO_TIME.fullmatch(made["renewTime"])
    assert MICRO_TIME.fullmatch(made["acquireTime"])


async def test_only_one_leads_and_the_other_counts_as_started(autojump_clock: object, nursery: trio.Nursery) -> None:
    cluster = MemoryCluster()
    first, second = Replica(cluster, "a"), Replica(cluster, "b")
    await nursery.start(first.run)
    await nursery.start(second.run)
    await trio.sleep(600)
    assert (first.leads, second.leads) == (True, False)
    assert first.terms == 1


async def test_a_clean_end_hands_over_at_once(autojump_clock: object, nursery: trio.Nursery) -> None:
    cluster = MemoryCluster()
    first, second = Replica(cluster, "a"), Replica(cluster, "b")
    await nursery.start(first.run)
    await nursery.start(second.run)
    await trio.sleep(100)
    first.scope.cancel()
    await trio.testing.wait_all_tasks_blocked()
    assert second.leads
    assert (await spec(cluster))["leaseTransitions"] == 1


async def test_a_leader_that_falls_silent_is_followed_after_its_lease(
    autojump_clock: object, nursery: trio.Nursery
) -> None:
    cluster = MemoryCluster()
    line = Line(cluster)
    first, second = Replica(line, "a"), Replica(cluster, "b")
    await nursery.start(first.run)
    await nursery.start(second.run)
    await trio.sleep(100)
    line.cut = True
    await trio.sleep(10.1)
    assert (first.leads, second.leads) == (False, False), "it gives up before another may take over"
    await trio.sleep(10)
    assert second.leads


@pytest.mark.parametrize("since", [0.3, 1.1, 1.9])
async def test_it_is_followed_as_soon_as_its_lease_has_run_out(
    autojump_clock: object, nursery: trio.Nursery, since: float
) -> None:
    cluster = MemoryCluster()
    line = Line(cluster)
    first, second = Replica(line, "a"), Replica(cluster, "b")
    await nursery.start(first.run)
    await nursery.start(second.run)
    await trio.sleep(100 + since)
    sent = len(line.sent)
    while len(line.sent) == sent:  # noqa: ASYNC110 - until the very next renewal, on a virtual clock
        await trio.sleep(0.01)
    line.cut = True
    await trio.sleep(15.05)
    assert second.leads


async def test_a_leader_that_comes_back_follows(autojump_clock: object, nursery: trio.Nursery) -> None:
    cluster = MemoryCluster()
    line = Line(cluster)
    first, second = Replica(line, "a"), Replica(cluster, "b")
    await nursery.start(first.run)
    await nursery.start(second.run)
    line.cut = True
    await trio.sleep(30)
    line.cut = False
    await trio.sleep(30)
    assert (first.leads, second.leads) == (False, True)


async def test_a_short_trouble_ends_no_term(autojump_clock: object, nursery: trio.Nursery) -> None:
    line = Line(MemoryCluster())
    only = Replica(line, "a")
    await nursery.start(only.run)
    await trio.sleep(20)
    line.cut = True
    await trio.sleep(7)
    line.cut = False
    await trio.sleep(20)
    assert (only.leads, only.terms) == (True, 1)


@pytest.mark.parametrize("outage", [12, 20.5, 61.3, 300])
async def test_a_lone_replica_leads_again_soon_after_the_line_is_back(
    autojump_clock: object, nursery: trio.Nursery, outage: float
) -> None:
    line = Line(MemoryCluster())
    only = Replica(line, "a")
    await nursery.start(only.run)
    line.hangs = True
    await trio.sleep(outage)
    assert not only.leads
    line.hangs = False
    await trio.sleep(4.5)
    assert only.leads


async def test_work_that_fails_leaves_the_lease_to_another(autojump_clock: object, nursery: trio.Nursery) -> None:
    cluster = MemoryCluster()
    first, second = Replica(cluster, "a"), Replica(cluster, "b")

    async def run_first() -> None:
        with pytest.RaisesGroup(pytest.RaisesExc(RuntimeError, match="the work failed")):
            await first.run()

    nursery.start_soon(run_first)
    await trio.sleep(1)
    await nursery.start(second.run)
    first.fail.set()
    await trio.sleep(0.1)
    assert second.leads


@pytest.mark.parametrize("change", [{"metadata": {"labels": {"seen": "yes"}}}, {"spec": {"strategy": "mine"}}])
async def test_a_strange_hand_on_the_lease_ends_no_term(
    autojump_clock: object, nursery: trio.Nursery, change: Mapping[str, Any]
) -> None:
    cluster = MemoryCluster()
    first, second = Replica(cluster, "a"), Replica(cluster, "b")
    await nursery.start(first.run)
    await nursery.start(second.run)
    for _ in range(30):
        await cluster.patch(LEASES, NAMESPACE, NAME, change)
        await trio.sleep(3)
    assert (first.leads, first.terms, second.terms) == (True, 1, 0)


async def test_a_deleted_lease_is_made_anew_by_one(autojump_clock: object, nursery: trio.Nursery) -> None:
    cluster = MemoryCluster()
    first, second = Replica(cluster, "a"), Replica(cluster, "b")
    await nursery.start(first.run)
    await nursery.start(second.run)
    await cluster.delete(LEASES, NAMESPACE, NAME)
    await trio.sleep(30)
    assert [first.leads, second.leads].count(True) == 1
    assert (await spec(cluster))["holderIdentity"] == ("a" if first.leads else "b")


async def test_a_lease_of_another_with_a_clock_that_is_wrong_is_measured_by_ours(
    autojump_clock: object, nursery: trio.Nursery
) -> None:
    cluster = MemoryCluster()
    held = {"holderIdentity": "stranger", "leaseDurationSeconds": 15, "renewTime": "2001-01-01T00:00:00.000000Z"}
    await cluster.create(LEASES, NAMESPACE, {"metadata": {"name": NAME}, "spec": held})
    only = Replica(cluster, "a")
    await nursery.start(only.run)
    await trio.sleep(14)
    assert not only.leads, "an old time is no silence"
    await trio.sleep(5)
    assert only.leads


async def test_a_lease_for_a_day_is_not_believed(autojump_clock: object, nursery: trio.Nursery) -> None:
    cluster = MemoryCluster()
    held = {"holderIdentity": "stranger", "leaseDurationSeconds": 86400}
    await cluster.create(LEASES, NAMESPACE, {"metadata": {"name": NAME}, "spec": held})
    only = Replica(cluster, "a")
    await nursery.start(only.run)
    await trio.sleep(310)
    assert only.leads


async def test_nobody_is_ready_who_does_not_know_who_leads(autojump_clock: object, nursery: trio.Nursery) -> None:
    line = Line(MemoryCluster())
    line.cut = True
    started = trio.Event()

    async def start() -> None:
        await nursery.start(Replica(line, "a").run)
        started.set()

    nursery.start_soon(start)
    await trio.sleep(60)
    assert not started.is_set()
    line.cut = False
    await trio.sleep(5)
    assert started.is_set()


async def test_writes_end_with_the_deadline_not_with_the_news(autojump_clock: object, nursery: trio.Nursery) -> None:
    """A frozen process runs no timer: what counts is the clock at the moment of the write."""
    cluster, clock = MemoryCluster(), [1000.0]
    only = Replica(cluster, "a")
    only.leadership.clock = partial(clock.__getitem__, 0)
    await nursery.start(only.run)
    body = {"metadata": {"name": "thing"}}
    await only.fenced.create(CONFIGMAPS, "default", body)
    clock[0] += 10.5
    writes = cluster.writes
    for write in (
        partial(only.fenced.create, CONFIGMAPS, "default", {"metadata": {"name": "other"}}),
        partial(only.fenced.patch, CONFIGMAPS, "default", "thing", {"data": {"a": "b"}}),
        partial(only.fenced.delete, CONFIGMAPS, "default", "thing"),
    ):
        with pytest.raises(LeadershipLost):
            await write()
    assert cluster.writes == writes
    assert (await only.fenced.get(CONFIGMAPS, "default", "thing")).metadata.name == "thing", "reading goes on"


async def test_a_leader_that_wakes_too_late_writes_nothing_not_even_to_the_lease(
    autojump_clock: object, nursery: trio.Nursery
) -> None:
    store, clock = MemoryCluster(), [1000.0]
    line = Line(store)
    frozen = Replica(line, "a")
    frozen.leadership.clock = partial(clock.__getitem__, 0)
    await nursery.start(frozen.run)
    taken = {"holderIdentity": "b", "renewTime": "2026-01-02T03:04:05.000000Z"}
    await store.patch(LEASES, NAMESPACE, NAME, {"spec": taken})
    line.sent.clear()
    clock[0] += 60.0
    await trio.sleep(5)
    assert not frozen.leads
    assert set(line.sent) <= {"get", "list", "watch"}
