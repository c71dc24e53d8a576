"""Whether this process leads, and until when: what every write of a leader is asked for just before it is sent.

Not the flag but the deadline decides. A process that was frozen past its lease (SIGSTOP, a paused machine) wakes in the
middle of anything, before any timer of its own has run; the deadline is compared with the clock at that very moment. It
lies five seconds before others may take over, so that a write that was begun in time also ends in time. The clock must go
on while the process does not, and while the machine sleeps.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, TypeVar

from stoker.errors import LeadershipLost

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import trio

    from stoker.kube.cluster import Cluster, Kind, Listing, Subresource, WatchEvent

T = TypeVar("T")


def boot_clock() -> float:
    """Seconds since the machine started, its sleep included; where there is no such clock, the monotonic one."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Leadership:
    """Told by the elector, asked by whoever writes. ``clock``: see above."""

    def __init__(self, *, clock: Callable[[], float] = boot_clock) -> None:
        self.clock = clock
        self._deadline = -math.inf

    @property
    def left(self) -> float:
        """Seconds for which writes may still begin; negative when they may not."""
        return self._deadline - self.clock()

    def extend(self, deadline: float) -> None:
        """The lease was renewed: writes may begin until then."""
        self._deadline = deadline

    def end(self) -> None:
        """No write may begin any more."""
        self._deadline = -math.inf

    def check(self) -> None:
        """Raises LeadershipLost unless a write may begin now."""
        if self.left <= 0:
            raise LeadershipLost("this replica does not lead, or not any more; the write is left to the one that does")


class Fenced:
    """A cluster that writes only while ``leadership`` holds; whoever reads need not lead."""

    def __init__(self, cluster: Cluster, leadership: Leadership) -> None:
        self._cluster = cluster
        self._leadership = leadership

    async def get(self, kind: Kind[T], namespace: str, name: str) -> T:
        """As the port says."""
        return await self._cluster.get(kind, namespace, name)

    async def list(
        self, kind: Kind[T], namespace: str = "", *, labels: Mapping[str, str] | None = None, name: str | None = None
    ) -> Listing[T]:
        """As the port says."""
        return await self._cluster.list(kind, namespace, labels=labels, name=name)

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
        """As the port says."""
        await self._cluster.watch(
            kind, namespace, resource_version=resource_version, into=into, labels=labels, name=name
        )

    async def create(self, kind: Kind[T], namespace: str, body: Mapping[str, Any]) -> T:
        """As the port says; LeadershipLost."""
        self._leadership.check()
        return await self._cluster.create(kind, namespace, body)

    async def patch(
        self, kind: Kind[T], namespace: str, name: str, body: Mapping[str, Any], *, subresource: Subresource = ""
    ) -> T:
        """As the port says; LeadershipLost."""
        self._leadership.check()
        return await self._cluster.patch(kind, namespace, name, body, subresource=subresource)

    async def delete(self, kind: Kind[T], namespace: str, name: str, *, uid: str | None = None) -> None:
        """As the port says; LeadershipLost."""
        self._leadership.check()
        await self._cluster.delete(kind, namespace, name, uid=uid)
