"""A store whose lists and watches fail in the order that a test writes down, and that notes who asked when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import trio

from stoker.errors import ClusterUnreachable, StokerError
from stoker.kube.memory import MemoryCluster

if TYPE_CHECKING:
    from stoker.kube.cluster import Listing, WatchEvent


class Script(MemoryCluster):
    """The store with a record of list and watch calls, and failures in the order in which watches and lists meet them."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.times: list[float] = []
        self.failures: list[StokerError | None] = []
        self.refusals: list[StokerError] = []
        self._broken = trio.Event()

    def break_watches(self) -> None:
        """Breaks the connection of every running watch."""
        self._broken.set()
        self._broken = trio.Event()

    async def list(self, *args: Any, **kwargs: Any) -> Listing[Any]:
        """Lists, unless it is refused."""
        self._note("list")
        if self.refusals:
            raise self.refusals.pop(0)
        return await super().list(*args, **kwargs)

    async def watch(
        self, *args: Any, resource_version: str, into: trio.MemorySendChannel[WatchEvent[Any]], **rest: Any
    ) -> None:
        """Watches until broken, or fails at once with what is next."""
        self._note(f"watch {resource_version}")
        if self.failures:
            await trio.lowlevel.checkpoint()
            failure = self.failures.pop(0)
            if failure is not None:
                raise failure
            return
        broken = self._broken
        async with trio.open_nursery() as nursery:

            async def heed() -> None:
                await broken.wait()
                nursery.cancel_scope.cancel()

            nursery.start_soon(heed)
            await super().watch(*args, resource_version=resource_version, into=into, **rest)
            nursery.cancel_scope.cancel()
        if broken.is_set():
            raise ClusterUnreachable("the connection broke")

    def _note(self, call: str) -> None:
        self.calls.append(call)
        self.times.append(trio.current_time())
