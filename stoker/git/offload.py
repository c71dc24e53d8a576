"""How blocking git work runs, as a parameter: inline in tests and tools, in one thread in an agent.

libgit2 cannot be cancelled while it connects. A call past its deadline is therefore reported and its thread abandoned: at
most one, and nothing new begins before it ends (GitBusy), so that a dead server costs one thread and not one a minute.
``stop`` is set on the way out; the transfer callback looks at it, so most abandoned calls end soon.
"""

from __future__ import annotations

import threading
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
    """In a worker thread, one at a time. ``stuck_since`` is for the liveness probe: trio time, None when nothing hangs."""

    def __init__(self) -> None:
        self._lock = trio.Lock()
        self._abandoned: threading.Event | None = None
        self.abandoned_total = 0
        self.stuck_since: float | None = None

    async def __call__(self, work: Callable[[threading.Event], T], *, deadline: float, what: str) -> T:
        """GitTimeout past the deadline, GitBusy while an abandoned call has not ended."""
        with trio.move_on_after(deadline):
            async with self._lock:
                if self._abandoned is not None and not self._abandoned.is_set():
                    raise GitBusy(f"{what}: an earlier git call still hangs in its thread; waiting for it to end")
                self._abandoned, self.stuck_since = None, None
                return await self._run(work)
        raise GitTimeout(f"{what}: no answer within {deadline:g} s; check the server and the network")

    async def _run(self, work: Callable[[threading.Event], T]) -> T:
        stop, ended = threading.Event(), threading.Event()

        def run() -> T:
            try:
                return work(stop)
            finally:
                ended.set()

        try:
            return await trio.to_thread.run_sync(run, abandon_on_cancel=True)
        except trio.Cancelled:
            stop.set()
            if not ended.is_set():
                self._abandoned, self.stuck_since = ended, trio.current_time()
                self.abandoned_total += 1
            raise
