"""The object store with a bound on every call: an API server that hangs must not hold the sync loop up.

Only ``watch`` may last; it is the informer's business. A call past its bound counts as not answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import trio

from stoker.errors import ClusterUnreachable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from stoker.kube.cluster import Cluster, Kind, Listing, Subresource, WatchEvent

T = TypeVar("T")
BOUND: Final = 15.0


class PatientCluster:
    """A ``Cluster`` whose calls raise ClusterUnreachable after ``BOUND`` seconds."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    async def get(self, kind: Kind[T], namespace: str, name: str) -> T:
        """As the port."""
        return await _bounded(f"get {kind.plural} {namespace}/{name}", self._cluster.get(kind, namespace, name))

    async def list(
        self, kind: Kind[T], namespace: str = "", *, labels: Mapping[str, str] | None = None, name: str | None = None
    ) -> Listing[T]:
        """As the port."""
        call = self._cluster.list(kind, namespace, labels=labels, name=name)
        return await _bounded(f"list {kind.plural} in {namespace}", call)

    async def watch(
        self,
        kind: Kind[T],
        namespace: str = "",
        *,
        resource_version: str,
        into: trio.MemorySendChannel[WatchEvent[T]],
        labels: Mapping[str, str] | None = None,
        name: str | None = None,
    ) -> None:
        """As the port, without a bound."""
        await self._cluster.watch(
            kind, namespace, resource_version=resource_version, into=into, labels=labels, name=name
        )

    async def create(self, kind: Kind[T], namespace: str, body: Mapping[str, Any]) -> T:
        """As the port."""
        return await _bounded(f"create {kind.plural} in {namespace}", self._cluster.create(kind, namespace, body))

    async def patch(
        self, kind: Kind[T], namespace: str, name: str, body: Mapping[str, Any], *, subresource: Subresource = ""
    ) -> T:
        """As the port."""
        call = self._cluster.patch(kind, namespace, name, body, subresource=subresource)
        return await _bounded(f"patch {kind.plural} {namespace}/{name}", call)

    async def delete(self, kind: Kind[T], namespace: str, name: str, *, uid: str | None = None) -> None:
        """As the port."""
        call = self._cluster.delete(kind, namespace, name, uid=uid)
        await _bounded(f"delete {kind.plural} {namespace}/{name}", call)


async def _bounded(what: str, call: Awaitable[T]) -> T:
    with trio.move_on_after(BOUND):
        return await call
    raise ClusterUnreachable(f"{what}: no answer within {BOUND:g} s; check the API server")
