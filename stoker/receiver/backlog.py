"""Events of pushes, written when nobody waits: a sender wants to know that its push counts, not that people were told.

A storm of pushes must not be a storm of events either. So they are written one after another, with a rest after each that
is a multiple of what it took: as quick as may be while the API server is at ease, seldom while it is not. What is said again
while it waits is written once, with its count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import trio

from stoker.nursery.rest import Rest
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from stoker.api.objects import ObjectMeta
    from stoker.kube.events import EventRecorder

REST: Final = Rest()
"""After each write."""
WAITING: Final = 2_000
"""Different sayings that wait at most; one more is said in the log alone."""
FAREWELL: Final = 2.0
"""Seconds for what still waits when the receiver ends."""


class Backlog:
    """What waits to be said of resources; ``add`` never waits, ``run`` writes until ``finish``."""

    def __init__(self, events: EventRecorder) -> None:
        self._events = events
        self._waiting: dict[tuple[str, str], tuple[ObjectMeta, int]] = {}
        self._some = trio.Event()
        self._ending, self._written = trio.Event(), trio.Event()
        self._log = get_logger("receiver")

    def add(self, regarding: ObjectMeta, message: str) -> None:
        """Say this of that resource, soon."""
        key = (regarding.uid, message)
        if key not in self._waiting and len(self._waiting) >= WAITING:
            self._log.warning(
                "event_not_recorded",
                namespace=regarding.namespace,
                name=regarding.name,
                event_reason="WebhookReceived",
                event_message=message,
                error=f"{WAITING} others wait; the API server is slow",
            )
            return
        self._waiting[key] = regarding, self._waiting.get(key, (regarding, 0))[1] + 1
        self._some.set()

    async def run(self) -> None:
        """Writes what waits, the oldest first; returns after ``finish``."""
        self._ending, self._written = trio.Event(), trio.Event()
        while not self._ending.is_set():
            if not self._waiting:
                await self._some.wait()
            self._some = trio.Event()
            await self._write_all()
        self._written.set()

    async def finish(self) -> None:
        """Returns when ``run`` has written what waits, without further rests, or after ``FAREWELL``."""
        self._ending.set()
        self._some.set()
        with trio.move_on_after(FAREWELL):
            await self._written.wait()

    async def _write_all(self) -> None:
        while self._waiting:
            began = trio.current_time()
            regarding, times = self._waiting.pop(key := next(iter(self._waiting)))
            await self._events.record(regarding, type="Normal", reason="WebhookReceived", message=key[1], times=times)
            with trio.move_on_after(REST.after(trio.current_time() - began)):
                await self._ending.wait()
