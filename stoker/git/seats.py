"""Who may have a git process next: so many at a time, and never all of them for what hangs.

A server that hangs keeps a process for as long as its bound. So a server has at most half of the seats, however many
repositories it has, and those that hung the last time share one half: the other serves everybody else. Whoever waits for one
that hangs waits where he is in nobody's way.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import trio

from stoker.errors import GitTimeout

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Seat:
    """One that is taken. Whoever has it says how the call ended; a call that does not end has hung."""

    def __init__(self) -> None:
        self.answered = False

    def ended_with(self, error: Exception | None) -> None:
        """The server answered, whatever it was, or libgit2's own bounds found that it hangs."""
        self.answered = not isinstance(error, GitTimeout)


class Seats:
    """``most`` at a time."""

    def __init__(self, most: int) -> None:
        self._half = max(1, most // 2)
        self._all = trio.CapacityLimiter(most)
        self._slow = trio.CapacityLimiter(self._half)
        self._servers: dict[str, trio.CapacityLimiter] = {}
        self._hung: set[str] = set()

    @contextlib.asynccontextmanager
    async def of(self, server: str) -> AsyncIterator[Seat]:
        """Waits for a seat."""
        own = self._servers.setdefault(server, trio.CapacityLimiter(self._half))
        try:
            async with own, self._slow if server in self._hung else contextlib.nullcontext(), self._all:
                seat = Seat()
                try:
                    yield seat
                finally:
                    (self._hung.discard if seat.answered else self._hung.add)(server)
        finally:
            if not own.borrowed_tokens and not own.statistics().tasks_waiting:
                self._servers.pop(server, None)
