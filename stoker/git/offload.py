"""How blocking git work runs, as a parameter: inline in tests and tools, in one thread in an agent.

libgit2 cannot be cancelled while it connects. A call past its deadline is therefore reported and its thread abandoned: at
most one, and nothing new begins before it ends (GitBusy), so that a dead server costs one thread and not one a minute.
``stop`` is set on the way out; the transfer callback looks at it, so most abandoned calls end soon.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

import trio

from stoker.errors import GitBusy, GitTimeout

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Offload(Protocol):
    """Runs ``work(stop)`` for at most ``deadline`` seconds; ``what`` names it in GitTimeout."""

    async def __call__(self, work: Callable[[threading.Event], T], *, deadline: float, what: str) -> T:
        """The result of ``work``."""
        ...


class Inline:
    """In the calling task: for tests and simulations, where nothing may run beside the clock."""

    async def __call__(self, work: Callable[[threading.Event], T], *, deadline: float, what: str) -> T:
        """The deadline is the caller's problem here."""
        del deadline, what
        await trio.lowlevel.checkpoint()
        return work(threading.Event())


class Thread:
    """In a worker thread of its own, one at a time: a hanging thread here takes none from anybody else's limit.

    The limiter's token is the truth about what hangs: an abandoned call holds it until it ends.
    """

    def __init__(self) -> None:
        self._lock = trio.Lock()
        self._limit = trio.CapacityLimiter(1)
        self._abandoned_at: float | None = None
        self.abandoned_total = 0

    @property
    def stuck_since(self) -> float | None:
        """For the liveness probe: the Trio time at which a call was abandoned that still hangs; None when nothing does."""
        return self._abandoned_at if self._limit.borrowed_tokens else None

    async def __call__(self, work: Callable[[threading.Event], T], *, deadline: float, what: str) -> T:
        """GitTimeout past the deadline, GitBusy while an abandoned call has not ended."""
        with trio.move_on_after(deadline):
            async with self._lock:
                if self.stuck_since is not None:
                    raise GitBusy(f"{what}: an earlier git call still hangs in its thread; waiting for it to end")
                self._abandoned_at = None
                return await self._run(work)
        raise GitTimeout(f"{what}: no answer within {deadline:g} s; check the server and the network")

    async def _run(self, work: Callable[[threading.Event], T]) -> T:
        stop = threading.Event()
        try:
            return await trio.to_thread.run_sync(partial(work, stop), abandon_on_cancel=True, limiter=self._limit)
        except trio.Cancelled:
            stop.set()
            if self._limit.borrowed_tokens:
                self._abandoned_at = trio.current_time()
                self.abandoned_total += 1
            raise
