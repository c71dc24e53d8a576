"""A leader counts its time from before it asked, not from the answer: others count from what was written in between."""

from __future__ import annotations

import pytest
import trio

from stoker.errors import LeadershipLost
from stoker.kube.cluster import CONFIGMAPS, LEASES
from stoker.kube.memory import MemoryCluster
from tests.kube.lease_replicas import NAME, NAMESPACE, Line, Replica


async def test_when_it_is_renewed(autojump_clock: object, nursery: trio.Nursery) -> None:
    line = Line(MemoryCluster())
    only = Replica(line, "a")
    await nursery.start(only.run)
    line.late = 4
    sent = len(line.sent)
    while len(line.sent) == sent:  # noqa: ASYNC110 - until the very next renewal, on a virtual clock
        await trio.sleep(0.01)
    await trio.sleep(4)
    assert 5.9 < only.leadership.left < 6.1


async def test_when_it_is_taken(autojump_clock: object, nursery: trio.Nursery) -> None:
    line = Line(MemoryCluster())
    await line.create(LEASES, NAMESPACE, {"metadata": {"name": NAME}, "spec": {"holderIdentity": ""}})
    line.late = 2
    only = Replica(line, "a")
    await nursery.start(only.run)
    assert 7.9 < only.leadership.left < 8.1


async def test_it_ends_with_the_leader(autojump_clock: object, nursery: trio.Nursery) -> None:
    only = Replica(MemoryCluster(), "a")
    await nursery.start(only.run)
    only.scope.cancel()
    await trio.testing.wait_all_tasks_blocked()
    with pytest.raises(LeadershipLost):
        await only.fenced.create(CONFIGMAPS, "default", {"metadata": {"name": "thing"}})
