"""Replicas that compete for one Lease over an object store, each with work that says when it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import trio

from stoker.errors import ClusterUnreachable
from stoker.kube.cluster import LEASES
from stoker.kube.leadership import Fenced, Leadership
from stoker.kube.lease import Elector
from stoker.kube.memory import MemoryCluster

if TYPE_CHECKING:
    from stoker.kube.cluster import Cluster

NAMESPACE, NAME = "stoker-system", "stoker-controller"


class Line(MemoryCluster):
    """One replica's line to the common store: it can be ``cut``, hang, and be slow: ``late`` seconds after a write was done it
    says so, and before one is done it ``dawdles`` for so many.
    """

    def __init__(self, store: MemoryCluster) -> None:
        super().__init__()
        self._store = store._store
        self._watches = store._watches
        self.cut = self.hangs = False
        self.late = self.dawdles = 0.0
        self.sent: list[str] = []

    async def _enter(self, verb: str) -> None:
        await super()._enter(verb)
        self.sent.append(verb)
        if self.hangs:
            await trio.sleep_forever()
        if self.cut:
            raise ClusterUnreachable("the line is cut")

    async def patch(self, *arguments: Any, **options: Any) -> Any:
        await trio.sleep(self.dawdles)
        done = await super().patch(*arguments, **options)
        await trio.sleep(self.late)
        return done


@dataclass
class Replica:
    """One replica; ``hear`` and ``fail`` let a test break it."""

    cluster: Cluster
    identity: str
    leadership: Leadership = field(default_factory=lambda: Leadership(clock=trio.current_time))
    leads: bool = False
    terms: int = 0
    left: float = 0.0
    """Seconds for which its work might still have written when it ended."""
    fail: trio.Event = field(default_factory=trio.Event)
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)

    @property
    def fenced(self) -> Fenced:
        """What its work writes through."""
        return Fenced(self.cluster, self.leadership)

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Until its scope is cancelled or its work fails."""
        elector = Elector(
            self.cluster, namespace=NAMESPACE, name=NAME, identity=self.identity, leadership=self.leadership
        )
        with self.scope:
            await elector.run(self._work, task_status=task_status)

    async def _work(self, *, task_status: trio.TaskStatus[Any]) -> None:
        self.leads, self.terms = True, self.terms + 1
        task_status.started()
        try:
            await self.fail.wait()
            raise RuntimeError("the work failed")
        finally:
            self.leads, self.left = False, self.leadership.left


async def spec(cluster: Cluster) -> dict[str, Any]:
    """The Lease's spec."""
    return (await cluster.get(LEASES, NAMESPACE, NAME)).spec
