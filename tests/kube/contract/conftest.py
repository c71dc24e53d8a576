"""The contract of the port, and the adapters that are held against it.

A second adapter joins by one line in ``ADAPTERS``: a function that gives a ``Store``. Tests here use nothing but the port
and this class, name no version, and wait for events, never for time: what holds for memory must hold for a real API server.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
import trio

from stoker.agent.patient import PatientCluster
from stoker.errors import ObjectNotFound
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS, Cluster, Kind, WatchEvent
from stoker.kube.memory import MemoryCluster
from tests.api.samples import LEAST

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from stoker.api.objects import ConfigMap, GatewaySync, ObjectMeta

T = TypeVar("T")
PATIENCE = 20.0


class Events:
    """What one watch saw, bookmarks left out."""

    def __init__(self, receive: trio.MemoryReceiveChannel[WatchEvent[Any]]) -> None:
        self._receive = receive

    async def next(self) -> WatchEvent[Any]:
        """The next change."""
        with trio.fail_after(PATIENCE):
            while (event := await self._receive.receive()).type == "BOOKMARK":
                continue
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
    end_watches: Callable[[], Awaitable[None]]
    outdate: Callable[[], Awaitable[None]]
    """Makes every version so far too old to watch from."""

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
        return [item.metadata.name for item in listing.items if item.metadata.name != "kube-root-ca.crt"]

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


def memory() -> Store:
    """The in-memory adapter."""
    cluster = MemoryCluster()

    async def end_watches() -> None:
        cluster.end_watches()

    async def outdate() -> None:
        await cluster.create(CONFIGMAPS, "noise", {"metadata": {"name": "noise"}})
        for count in range(1100):
            await cluster.patch(CONFIGMAPS, "noise", "noise", {"data": {"count": str(count)}})

    return Store(cluster, "here", "elsewhere", end_watches, outdate)


def patient() -> Store:
    """The same as the agents see it: with a bound on every call."""
    store = memory()
    return replace(store, cluster=PatientCluster(store.cluster))


ADAPTERS: dict[str, Callable[[], Store]] = {"memory": memory, "patient": patient}


@pytest.fixture(params=sorted(ADAPTERS))
def store(request: pytest.FixtureRequest) -> Store:
    """A fresh store of each adapter."""
    return ADAPTERS[request.param]()


def owned_by(owner: ObjectMeta) -> dict[str, str]:
    """An owner reference to a GatewaySync."""
    return {"apiVersion": "stoker.io/v1alpha1", "kind": "GatewaySync", "name": owner.name, "uid": owner.uid}
