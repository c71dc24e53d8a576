"""An API server that is killed and comes back, an etcd that stops for a while: what is written after is seen soon after."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.errors import ClusterError, ClusterUnreachable, StokerError
from stoker.kube.cluster import CONFIGMAPS
from tests.kube.faults.conftest import IMPATIENT, SOON, Writer, insist

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.plane import Plane
    from tests.cluster.plugin import MakePlane

WHERE = "default"


@pytest.fixture
def own_plane(make_plane: MakePlane) -> Plane:
    """A plane that may be broken."""
    made: Plane = make_plane()
    return made


async def test_a_killed_api_server_that_comes_back(own_plane: Plane, looking: Callable[..., Any]) -> None:
    writer = Writer(own_plane, WHERE)
    async with looking(own_plane, WHERE) as onlooker:
        writer.put("a", "before")
        await onlooker.sees(writer.written, SOON)
        await trio.to_thread.run_sync(partial(own_plane.kill, "kube-apiserver"))
        with pytest.raises(ClusterUnreachable):
            await onlooker.cluster.get(CONFIGMAPS, WHERE, "a")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(insist, onlooker.cluster, WHERE, "own", "insisted")
            await trio.to_thread.run_sync(partial(own_plane.start, "kube-apiserver"))
            writer.put("a", "after")
            await onlooker.sees(writer.written, SOON)
        onlooker.nothing_was_told_twice()


async def test_an_etcd_that_stops_for_a_while(own_plane: Plane, looking: Callable[..., Any]) -> None:
    writer = Writer(own_plane, WHERE)
    async with looking(own_plane, WHERE) as onlooker:
        writer.put("a", "before")
        await onlooker.sees(writer.written, SOON)
        own_plane.pause("etcd")
        with pytest.raises((ClusterUnreachable, ClusterError)) as caught:
            await onlooker.cluster.patch(CONFIGMAPS, WHERE, "a", {"data": {"k": "lost"}})
        assert isinstance(caught.value, StokerError)
        await trio.sleep(IMPATIENT.silence)
        own_plane.resume("etcd")
        await insist(onlooker.cluster, WHERE, "a", "after")
        await onlooker.sees({"a": "after"}, SOON)


async def test_versions_forgotten_over_a_restart_are_listed_again(
    own_plane: Plane, looking: Callable[..., Any]
) -> None:
    writer = Writer(own_plane, WHERE)
    async with looking(own_plane, WHERE) as onlooker:
        writer.put("a", "before")
        writer.put("b", "before")
        await onlooker.sees(writer.written, SOON)
        onlooker.proxy.refuse()
        writer.put("a", "meanwhile")
        writer.drop("b")
        # What the server remembers begins anew with its start, after these.
        await trio.to_thread.run_sync(partial(own_plane.restart, "kube-apiserver"))
        onlooker.proxy.heal()
        await onlooker.sees({"a": "meanwhile"}, SOON)
        assert [what for what, name, _ in onlooker.told if name == "b"] == ["new", "gone"]
