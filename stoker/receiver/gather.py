"""One write for all who ask for the same: a storm of pushes for one resource is no storm of writes to it.

A server that takes several writes of one object at once lets all but one begin again, and refuses those that were unlucky
too often. So they go one after another, and each does what everybody wants who came before it began.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from stoker.values import Mutable, field

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable


class _Line(Mutable):
    """Who waits for one thing: how many have come, and up to whom it is done."""

    lock: trio.Lock = field(default_factory=trio.Lock)
    come: int = 0
    served: int = 0


class Gathered:
    """Writes by what they do; equal keys mean that one serves for the other."""

    def __init__(self) -> None:
        self._lines: dict[Hashable, _Line] = {}

    async def write(self, key: Hashable, do: Callable[[], Awaitable[object]]) -> bool:
        """Returns when ``do`` of this caller is done (True), or that of another who began after this call. What ``do`` raises
        goes to the one whose it was; the next in line tries itself.
        """
        line = self._lines.setdefault(key, _Line())
        line.come += 1
        mine = line.come
        try:
            async with line.lock:
                if line.served >= mine:
                    return False
                served = line.come
                await do()
                line.served = served
                return True
        finally:
            if not line.lock.locked():
                self._lines.pop(key, None)
