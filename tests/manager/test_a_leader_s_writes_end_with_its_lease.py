"""What leads gets a cluster that stops writing with the lease: asked at the call, and once more as the body goes out.

A machine that sleeps wakes no timer: the clock that counts its sleep has moved, and all that ran goes on where it was. That
clock is moved here; the server, the connections and the lease are real.
"""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.errors import LeadershipLost
from stoker.kube.cluster import CONFIGMAPS
from stoker.kube.config import find_access
from stoker.kube.http import HttpCluster
from stoker.manager.run import Replica
from tests.cluster import accounts
from tests.manager.inside import beside

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from stoker.kube.cluster import Cluster
    from stoker.kube.config.access import Identity
    from tests.cluster.plane import Plane
    from tests.manager.site import Site

WRITES: dict[str, Callable[[Cluster, str], Awaitable[Any]]] = {
    "create": lambda cluster, space: cluster.create(CONFIGMAPS, space, {"metadata": {"name": "new"}}),
    "patch": lambda cluster, space: cluster.patch(CONFIGMAPS, space, "old", {"data": {"a": "changed"}}),
    "delete": lambda cluster, space: cluster.delete(CONFIGMAPS, space, "old"),
}


class Bed:
    """Where a machine sleeps for a minute: when it is told to, or, once ``tired``, as a request is shown its credential."""

    def __init__(self, identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
        self._identity = identity
        self._slept = 0.0
        self.tired = False
        real = time.clock_gettime
        monkeypatch.setattr(time, "clock_gettime", lambda clock: real(clock) + self._slept)

    def sleep(self) -> None:
        self._slept += 60.0

    async def authorization(self) -> str | None:
        if self.tired:
            self.tired = False
            self.sleep()
        return await self._identity.authorization()

    async def refused(self, value: str | None) -> bool:
        return await self._identity.refused(value)


@pytest.mark.parametrize("before", [True, False], ids=["before the call", "before the body"])
@pytest.mark.parametrize("verb", WRITES)
async def test_after_a_sleep_nothing_is_written(
    plane: Plane, place: Site, monkeypatch: pytest.MonkeyPatch, verb: str, before: bool
) -> None:
    home = f"slept-{place.namespace}"
    token = accounts.manager_token(plane, home=home, watched=[place.namespace])
    access = await find_access({"KUBECONFIG": str(plane.write_kubeconfig(home, {"token": token}, namespace=home))})
    bed = Bed(access.identity, monkeypatch)
    woken = trio.Event()

    async def work(over: Cluster, *, task_status: trio.TaskStatus[None]) -> None:
        task_status.started()
        await over.create(CONFIGMAPS, place.namespace, {"metadata": {"name": "old"}})
        if before:
            bed.sleep()
        else:
            bed.tired = True
        try:
            with pytest.raises(LeadershipLost):
                await WRITES[verb](over, place.namespace)
        finally:
            woken.set()

    async with HttpCluster(dataclasses.replace(access, identity=bed)) as cluster, trio.open_nursery() as nursery:
        await nursery.start(Replica("a", home).led(cluster, work))
        await woken.wait()
        nursery.cancel_scope.cancel()
    left = (await beside(lambda: place.admin.get(place.path("configmaps"))))["items"]
    assert [one.get("data") for one in left if one["metadata"]["name"] in {"old", "new"}] == [None]
