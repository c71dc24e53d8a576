"""The in-memory store, refusing what a test says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from stoker.errors import Forbidden
from stoker.kube.memory import MemoryCluster

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from stoker.kube.cluster import Kind, Listing, Subresource
    from stoker.kube.faults import Faults

T = TypeVar("T")


@dataclass
class Refusal:
    """The next ``times`` calls of that kind get ``error``."""

    verb: str
    plural: str
    name: str | None
    times: int
    error: Exception


class RefusingCluster(MemoryCluster):
    """The store, refusing what a test says; it counts what was refused and how often something was listed."""

    def __init__(self, *, now: Callable[[], datetime], faults: Faults | None = None) -> None:
        super().__init__(now=now, faults=faults)
        self.refusals: list[Refusal] = []
        self.refused: list[str] = []
        self.lists = 0

    def refuse(
        self, verb: str, plural: str, *, name: str | None = None, times: int, error: Exception | None = None
    ) -> None:
        """From now on."""
        self.refusals.append(Refusal(verb, plural, name, times, error or Forbidden("refused by the test")))

    def _judge(self, verb: str, plural: str, name: str) -> None:
        for refusal in self.refusals:
            meant = (refusal.verb, refusal.plural) == (verb, plural) and refusal.name in {None, name}
            if meant and refusal.times > 0:
                refusal.times -= 1
                self.refused.append(f"{verb} {plural} {name}")
                raise refusal.error

    async def get(self, kind: Kind[T], namespace: str, name: str) -> T:
        self._judge("get", kind.plural, name)
        return await super().get(kind, namespace, name)

    async def list(self, kind: Kind[T], namespace: str = "", **selection: Any) -> Listing[T]:
        self.lists += 1
        self._judge("list", kind.plural, "")
        return await super().list(kind, namespace, **selection)

    async def create(self, kind: Kind[T], namespace: str, body: Mapping[str, Any]) -> T:
        self._judge("create", kind.plural, body["metadata"]["name"])
        return await super().create(kind, namespace, body)

    async def patch(
        self, kind: Kind[T], namespace: str, name: str, body: Mapping[str, Any], *, subresource: Subresource = ""
    ) -> T:
        self._judge("patch", kind.plural, name)
        return await super().patch(kind, namespace, name, body, subresource=subresource)

    async def watch(self, kind: Kind[T], namespace: str = "", **how: Any) -> None:
        self._judge("watch", kind.plural, "")
        await super().watch(kind, namespace, **how)
