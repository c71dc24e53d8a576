"""The contract of the port, and the adapters that are held against it.

An adapter joins by one line in ``ADAPTERS``: a function that gives a ``Store``. Tests here use nothing but the port and this
class, name no version, and wait for events, never for time: what holds for memory must hold for a real API server. Where
the two differ, the server is right.
"""

from __future__ import annotations

import itertools
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
import trio

from stoker.agent.patient import PatientCluster
from stoker.errors import ObjectNotFound
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS, NAMESPACES, Cluster, Kind, WatchEvent
from stoker.kube.config import find_access
from stoker.kube.http import HttpCluster
from stoker.kube.http.bounds import Bounds
from stoker.kube.memory import MemoryCluster
from tests.api.samples import LEAST

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from stoker.api.objects import ConfigMap, GatewaySync, ObjectMeta
    from tests.cluster.plane import Plane

T = TypeVar("T")
PATIENCE = 20.0
COLLECTOR_PATIENCE = 90.0
"""A garbage collector looks for new kinds only now and then."""
CLUSTER_S_OWN = "kube-root-ca.crt"
"""A ConfigMap that a cluster puts into each new namespace, a moment later."""
_numbers = itertools.count(1)


class Events:
    """What one watch saw, without bookmarks and without what a cluster puts into a namespace by itself."""

    def __init__(self, receive: trio.MemoryReceiveChannel[WatchEvent[Any]]) -> None:
        self._receive = receive

    async def next(self) -> WatchEvent[Any]:
        """The next change."""
        with trio.fail_after(COLLECTOR_PATIENCE):
            while True:
                event = await self._receive.receive()
                if event.object is not None and event.object.metadata.name != CLUSTER_S_OWN:
                    return event

    async def seen(self, count: int) -> list[tuple[str, str]]:
        """(type, name) of the next changes."""
        events = [await self.next() for _ in range(count)]
        return [(event.type, event.object.metadata.name) for event in events if event.object is not None]


@dataclass(frozen=True)
class Store:
    """An adapter, two fresh namespaces in it, and what only its maker can do to it."""

    cluster: Cluster
    namespace: str
    elsewhere: str
    ending: Cluster
    """The same store; its watches end in good order after a moment, or with ``end_watches``."""
    end_watches: Callable[[], Awaitable[None]]
    outdated: Callable[[], Awaitable[str]]
    """A version that is too old to watch GatewaySyncs from."""

    async def configmap(self, name: str, data: Mapping[str, str] | None = None, **metadata: Any) -> ConfigMap:
        """A new ConfigMap."""
        body = {"metadata": {"name": name, **metadata}, "data": dict(data or {})}
        return await self.cluster.create(CONFIGMAPS, self.namespace, body)

    async def resource(self, name: str = "plant", **metadata: Any) -> GatewaySync:
        """A new, valid GatewaySync."""
        body = {"metadata": {"name": name, **metadata}, "spec": LEAST}
        return await self.cluster.create(GATEWAYSYNCS, self.namespace, body)

    async def patch(self, name: str, body: Mapping[str, Any]) -> ConfigMap:
        """Patches a ConfigMap."""
        return await self.cluster.patch(CONFIGMAPS, self.namespace, name, body)

    async def names(self, kind: Kind[Any] = CONFIGMAPS, **selection: Any) -> list[str]:
        """Names of what is listed in the namespace, without what a cluster puts there by itself."""
        listing = await self.cluster.list(kind, self.namespace, **selection)
        return [item.metadata.name for item in listing.items if item.metadata.name != CLUSTER_S_OWN]

    async def now(self, kind: Kind[Any] = CONFIGMAPS) -> str:
        """The version to watch from."""
        return (await self.cluster.list(kind, self.namespace)).resource_version

    @asynccontextmanager
    async def watching(self, kind: Kind[Any], *, since: str | None = None, **selection: Any) -> AsyncIterator[Events]:
        """A watch of the namespace while the block runs."""
        version = since if since is not None else await self.now(kind)
        send, receive = trio.open_memory_channel[WatchEvent[Any]](0)

        async def watch() -> None:
            await self.cluster.watch(kind, self.namespace, resource_version=version, into=send, **selection)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(watch)
            yield Events(receive)
            nursery.cancel_scope.cancel()

    async def gone(self, kind: Kind[Any], name: str) -> None:
        """Returns when no such object is there: at once, or when the collector has been."""
        listing = await self.cluster.list(kind, self.namespace, name=name)
        if listing.items:
            async with self.watching(kind, since=listing.resource_version, name=name) as events:
                while (await events.next()).type != "DELETED":
                    continue
        with pytest.raises(ObjectNotFound):
            await self.cluster.get(kind, self.namespace, name)


@asynccontextmanager
async def memory(_plane: None) -> AsyncIterator[Store]:
    """The in-memory adapter."""
    cluster = MemoryCluster()

    async def end_watches() -> None:
        cluster.end_watches()

    async def outdated() -> str:
        version = (await cluster.list(CONFIGMAPS)).resource_version
        await cluster.create(CONFIGMAPS, "noise", {"metadata": {"name": "noise"}})
        for count in range(1100):
            await cluster.patch(CONFIGMAPS, "noise", "noise", {"data": {"count": str(count)}})
        return version

    yield Store(cluster, "here", "elsewhere", cluster, end_watches, outdated)


@asynccontextmanager
async def patient(_plane: None) -> AsyncIterator[Store]:
    """The same as the agents see it: with a bound on every call."""
    async with memory(None) as store:
        yield replace(store, cluster=PatientCluster(store.cluster))


@asynccontextmanager
async def server(plane: Plane) -> AsyncIterator[Store]:
    """The adapter for a real API server, as its administrator."""
    access = await find_access({"KUBECONFIG": str(plane.kubeconfig)})
    number = next(_numbers)
    async with HttpCluster(access) as cluster, HttpCluster(access, bounds=Bounds(watch=(3, 3))) as ending:
        names = (f"contract-{number}", f"contract-{number}-elsewhere")
        for name in names:
            await cluster.create(NAMESPACES, "", {"metadata": {"name": name}})
        yield Store(cluster, *names, ending, trio.lowlevel.checkpoint, partial(_first_version, cluster))
        for resource in (await cluster.list(GATEWAYSYNCS, names[0])).items:
            await cluster.patch(GATEWAYSYNCS, names[0], resource.metadata.name, {"metadata": {"finalizers": None}})


async def _first_version(_cluster: Cluster) -> str:
    """Older than the kind itself, which was installed in the running server."""
    return "1"


ADAPTERS: dict[str, Callable[[Any], Any]] = {"memory": memory, "patient": patient, "server": server}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Says which tests want a control plane, so that they are left out where there is none."""
    for item in items:
        chosen = getattr(item, "callspec", None)
        if isinstance(item, pytest.Function) and chosen is not None and chosen.params.get("store") == "server":
            item.fixturenames = [*item.fixturenames, "collector"]


@pytest.fixture(params=sorted(ADAPTERS))
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """A fresh store of each adapter."""
    plane = request.getfixturevalue("collector") if request.param == "server" else None
    async with ADAPTERS[request.param](plane) as made:
        yield made


def owned_by(owner: ObjectMeta) -> dict[str, str]:
    """An owner reference to a GatewaySync."""
    return {"apiVersion": "stoker.io/v1alpha1", "kind": "GatewaySync", "name": owner.name, "uid": owner.uid}
