"""Of two that take or renew a lease at the same moment one has it: both write over the version that they read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.kube.cluster import LEASES
from stoker.kube.memory import MemoryCluster
from tests.kube.lease_replicas import NAME, NAMESPACE, Line, Replica, spec

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.mark.parametrize("held", [{"holderIdentity": ""}, {"holderIdentity": "gone", "leaseDurationSeconds": 15}])
async def test_of_two_that_find_it_free_one_leads(
    autojump_clock: object, nursery: trio.Nursery, held: Mapping[str, Any]
) -> None:
    store = MemoryCluster()
    await store.create(LEASES, NAMESPACE, {"metadata": {"name": NAME}, "spec": held})
    both = []
    for identity in "ab":
        line = Line(store)
        line.dawdles = 0.5  # so that each has read before either writes
        both.append(Replica(line, identity))
        nursery.start_soon(both[-1].run)
    await trio.sleep(17)
    assert sorted(one.terms for one in both) == [0, 1]
    assert (await spec(store))["holderIdentity"] == next(one.identity for one in both if one.leads)


async def test_a_renewal_that_comes_late_does_not_take_it_back(autojump_clock: object, nursery: trio.Nursery) -> None:
    line = Line(MemoryCluster())
    only = Replica(line, "a")
    await nursery.start(only.run)
    await trio.sleep(10.5)
    line.dawdles = 3
    await trio.sleep(2)  # it renews, and its request is on its way
    line.dawdles = 0
    taken = {"holderIdentity": "b", "renewTime": "2026-01-02T03:04:05.000000Z"}
    await line.patch(LEASES, NAMESPACE, NAME, {"spec": taken})
    await trio.sleep(4)
    assert (await spec(line))["holderIdentity"] == "b"
    assert not only.leads
    assert only.left <= 0, "its work may write no more from the moment at which it is another's"


async def test_a_version_that_was_given_out_twice_renews_nobody_s_lease(
    autojump_clock: object, nursery: trio.Nursery
) -> None:
    """As after the restore of a backup: what was ours then has the number that another's has now."""
    store = MemoryCluster()
    only = Replica(store, "a")
    await nursery.start(only.run)
    ours = store.snapshot(LEASES)[0]
    ours["spec"] |= {"holderIdentity": "b", "renewTime": "2026-01-02T03:04:05.000000Z"}
    store.put_back([ours])
    await trio.sleep(3)
    assert not only.leads
    assert (await spec(store))["holderIdentity"] == "b"
