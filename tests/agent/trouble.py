"""Bad days at two ports: an object store that does not answer, and engine calls that fail or take their time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import trio

from stoker.agent.blocking import Inline
from stoker.errors import ClusterUnreachable, Forbidden, StokerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.kube.memory import MemoryCluster

T = TypeVar("T")


class TroubledCluster:
    """A cluster whose calls fail as told, or take ``takes`` seconds. ``verbs``: which ones are troubled; empty means all."""

    def __init__(self, cluster: MemoryCluster) -> None:
        self._cluster = cluster
        self.error: StokerError | None = None
        self.hangs = False
        self.takes = 0.0
        self.verbs: set[str] = set()
        self.calls: list[str] = []

    def down(self, *verbs: str) -> None:
        """Nothing answers."""
        self.error, self.verbs = ClusterUnreachable("connection refused"), set(verbs)

    def forbid(self, *verbs: str) -> None:
        """A role is missing."""
        self.error, self.verbs = Forbidden("403, configmaps is forbidden"), set(verbs)

    def hang(self, *verbs: str) -> None:
        """Calls are never answered."""
        self.hangs, self.verbs = True, set(verbs)

    def mend(self) -> None:
        """All is well again."""
        self.error, self.hangs = None, False

    def __getattr__(self, verb: str) -> Any:
        return partial(self._call, verb)

    async def _call(self, verb: str, kind: Any, *arguments: Any, **more: Any) -> Any:
        self.calls.append(f"{verb} {kind.plural}")
        await trio.lowlevel.checkpoint()
        if not self.verbs or verb in self.verbs:
            if self.hangs:
                await trio.sleep_forever()
            await trio.sleep(self.takes)
            if self.error is not None:
                raise self.error
        return await getattr(self._cluster, verb)(kind, *arguments, **more)


class Disk(Inline):
    """Engine calls by name: ``fails`` raise, ``held`` wait for their event first, ``seen`` were made."""

    def __init__(self) -> None:
        self.fails: dict[str, Exception] = {}
        self.held: dict[str, trio.Event] = {}
        self.seen: list[str] = []

    async def __call__(self, work: Callable[[], T]) -> T:
        """One call."""
        name = _name(work)
        self.seen.append(name)
        if name in self.held:
            await self.held[name].wait()
        if name in self.fails:
            raise self.fails[name]
        return await super().__call__(work)


def _name(work: Any) -> str:
    while isinstance(work, partial):
        work = work.func
    return str(getattr(work, "__name__", work))
