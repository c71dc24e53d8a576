"""How the engine's blocking calls run, as a parameter: in a thread in a process that serves, inline on a virtual clock.

A merge that was begun should end: a cancelled caller waits for it, but not for ever, because a hanging disk must not keep
a process alive past its grace period. What is then abandoned is no danger: the journal makes every end safe.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol, TypeVar

import trio

from stoker.observe.memory import give_back

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
END_SECONDS = 15.0


class Blocking(Protocol):
    """Runs one blocking call at a time."""

    async def __call__(self, work: Callable[[], T]) -> T:
        """The result of ``work``, or what it raised."""
        ...

    def when_idle(self, work: Callable[[], None]) -> None:
        """Runs ``work`` once no call runs: at once, or, after a call was abandoned, when that one ends."""
        ...

    async def rest(self) -> None:
        """It is quiet: the process gives back the memory that work took."""
        ...


class Inline:
    """In the calling task: for tests and simulations, where nothing may run beside the clock."""

    async def __call__(self, work: Callable[[], T]) -> T:
        """At once."""
        await trio.lowlevel.checkpoint()
        return work()

    def when_idle(self, work: Callable[[], None]) -> None:
        """At once."""
        work()

    async def rest(self) -> None:
        """Memory is nobody's business on a virtual clock."""
        await trio.lowlevel.checkpoint()


class InThread:
    """In a worker thread. A cancelled call is waited for ``end_seconds`` more, then abandoned; the next waits for it."""

    def __init__(self, end_seconds: float = END_SECONDS) -> None:
        self._end_seconds = end_seconds
        self._one = trio.CapacityLimiter(1)
        self._guard = threading.Lock()
        self._running = False
        self._afterwards: Callable[[], None] | None = None

    async def __call__(self, work: Callable[[], T]) -> T:
        """Cancelled only when the call did not end in time; its result is lost then, and when it ends meanwhile."""
        results: list[T] = []
        failure: Exception | None = None
        async with trio.open_nursery() as nursery:
            patience = trio.CancelScope(shield=True)
            nursery.start_soon(self._bound, patience)
            with patience:
                try:
                    run = self._noted
                    results.append(await trio.to_thread.run_sync(run, work, limiter=self._one, abandon_on_cancel=True))
                except Exception as error:  # noqa: BLE001 - raised below, outside of the nursery, as it came
                    failure = error
            nursery.cancel_scope.cancel()
        if failure is not None:
            raise failure
        if not results:
            await trio.lowlevel.checkpoint_if_cancelled()
            raise RuntimeError("a blocking call was given up though nobody asked for a stop")
        return results[0]

    def when_idle(self, work: Callable[[], None]) -> None:
        """At once, or in the abandoned call's thread when it ends."""
        with self._guard:
            if self._running:
                self._afterwards = work
                return
        work()

    async def rest(self) -> None:
        """In the worker thread, as every call."""
        await self(give_back)

    def _noted(self, work: Callable[[], T]) -> T:
        with self._guard:
            self._running = True
        try:
            return work()
        finally:
            with self._guard:
                self._running = False
                afterwards, self._afterwards = self._afterwards, None
            if afterwards is not None:
                afterwards()

    async def _bound(self, patience: trio.CancelScope) -> None:
        """Sees the caller's cancellation, which the call itself is shielded from."""
        try:
            await trio.sleep_forever()
        finally:
            patience.deadline = trio.current_time() + self._end_seconds
