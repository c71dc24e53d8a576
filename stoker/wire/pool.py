"""Ways to one server: a bounded number at once, or as many as are asked for.

Each request has one to itself, which is kept when the answer was read to its end and closed otherwise: nothing that is
cancelled, at whatever moment, can leave behind a connection that is neither open nor free.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.wire.messages import Way


class Pool:
    """``most``: how many are in use at once, None for any number; ``idle``: seconds that an unused one is kept."""

    def __init__(self, make: Callable[[], Way], *, most: int | None, idle: float) -> None:
        self._make = make
        self._free = None if most is None else trio.Semaphore(most)
        self._idle_seconds = idle
        self._idle: list[tuple[Way, float]] = []

    def take_now(self) -> Way | None:
        """One for a request, the one that was used last if there is any; None when it is to be waited for."""
        if self._free is not None:
            try:
                self._free.acquire_nowait()
            except trio.WouldBlock:
                return None
        return self._one()

    async def take(self) -> Way:
        """The same; waits for its turn."""
        if self._free is not None:
            await self._free.acquire()
        return self._one()

    async def give_back(self, way: Way, *, sound: bool) -> None:
        """``sound``: it stands between two requests; else it is closed. Shield and bound it."""
        now = trio.current_time()
        if self._free is not None:
            self._free.release()
        if sound and self._idle_seconds:
            self._idle.append((way, now))
        else:
            await way.close()
        while self._idle and now - self._idle[0][1] > self._idle_seconds:
            await self._idle.pop(0)[0].close()

    async def close(self) -> None:
        """Closes those that are not in use; those in use are closed by whoever uses them."""
        self._idle_seconds = 0.0
        while self._idle:
            await self._idle.pop()[0].close()

    def _one(self) -> Way:
        return self._idle.pop()[0] if self._idle else self._make()
