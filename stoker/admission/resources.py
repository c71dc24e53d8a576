"""The GatewaySyncs that pods may name: from a picture that each replica keeps for itself, or from the API server.

The picture makes an answer cheap and quick; it can be behind. So nobody is refused by it alone: whoever would be is judged once
more by what the server says now, and while the picture's watch is broken the server is asked at once. Such questions are few at
a time, because whoever reaches the webhook's port can make us ask them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import trio

from stoker.admission.wanted import RESOURCES
from stoker.kube.informer import Informer

if TYPE_CHECKING:
    from stoker.api.objects import GatewaySync
    from stoker.kube.cluster import Cluster

AT_ONCE: Final = 8
LIST_SECONDS: Final = 8.0
"""Within the webhook's timeout of ten seconds, so that the API server hears a reason."""


class Resources:
    """``namespaces``: only those are anybody's here; empty: all."""

    def __init__(self, cluster: Cluster, namespaces: tuple[str, ...] = ()) -> None:
        self._cluster = cluster
        self._namespaces = namespaces
        self._known: dict[str, dict[str, GatewaySync]] = {}
        self._limit = trio.CapacityLimiter(AT_ONCE)
        self._pictures = {
            namespace: Informer(cluster, RESOURCES, namespace, on_change=self._changed)
            for namespace in namespaces or ("",)
        }

    def ours(self, namespace: str) -> bool:
        """Whether this installation looks after that namespace."""
        return not self._namespaces or namespace in self._namespaces

    def pictured(self, namespace: str) -> tuple[GatewaySync, ...] | None:
        """Those of a namespace as last seen; None when that may be long ago."""
        picture = self._pictures.get("") or self._pictures.get(namespace)
        if picture is None or not picture.in_touch:
            return None
        return tuple(self._known.get(namespace, {}).values())

    async def asked(self, namespace: str) -> tuple[GatewaySync, ...]:
        """Those of a namespace as the server has them now; the store's errors, trio.TooSlowError after ``LIST_SECONDS``."""
        with trio.fail_after(LIST_SECONDS):
            async with self._limit:
                return (await self._cluster.list(RESOURCES, namespace)).items

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keeps the pictures until cancelled; started at once, for until they are there the server is asked."""
        async with trio.open_nursery() as nursery:
            for picture in self._pictures.values():
                nursery.start_soon(picture.run)
            task_status.started()

    def _changed(self, old: GatewaySync | None, new: GatewaySync | None) -> None:
        present = new or old
        if present is None:
            return
        meta = present.metadata
        space = self._known.setdefault(meta.namespace, {})
        if new is not None:
            space[meta.name] = new
            return
        space.pop(meta.name, None)
        if not space:
            del self._known[meta.namespace]
