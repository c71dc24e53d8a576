"""The running watches: who waits for what, whom a change wakes, when a bookmark is due.

A change wakes those whom it concerns and nobody else, because a hundred agents watch a hundred objects; a watch that slept
through the changes of others is no further behind for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import trio

from stoker.errors import StokerError, WatchExpired
from stoker.kube.cluster import WatchEvent

if TYPE_CHECKING:
    from stoker.kube.faults import Faults
    from stoker.kube.memory.store import Store
    from stoker.kube.memory.stored import Change, Selection

T = TypeVar("T")
BOOKMARK_SECONDS: Final = 60.0


class Watches:
    """All watches of one store."""

    def __init__(self) -> None:
        self._waiting: dict[_Waiter, None] = {}  # in order, so that a seed replays
        self._round = 0
        self._failure: StokerError | None = None

    def end(self, failure: StokerError | None = None) -> None:
        """Ends every watch, in good order unless there is a failure for it."""
        self._round += 1
        self._failure = failure
        for waiter in self._waiting:
            waiter.woken.set()

    def wake(self, change: Change) -> None:
        """Wakes those whom the change concerns."""
        for waiter in self._waiting:
            if waiter.first is None and (change.before in waiter.selection or change.after in waiter.selection):
                waiter.first = change.version
                waiter.woken.set()

    async def feed(
        self,
        into: trio.MemorySendChannel[WatchEvent[T]],
        store: Store,
        selection: Selection,
        *,
        reached: int,
        faults: Faults,
    ) -> None:
        """Sends what concerns the selection after version ``reached``, until ended; WatchExpired, and seeded faults.

        A version that the store has not come to yet is one of before it was put back: there is silence until the next bookmark.
        """
        bookmark_due = trio.current_time() + BOOKMARK_SECONDS
        begun = self._round
        while self._round == begun:
            for change in store.since(reached):
                event = selection.event(change)
                if event is not None:
                    if faults.ends_watch():
                        return
                    await into.send(event)
                reached = change.version
            if reached >= store.version and self._round == begun:
                reached = max(reached, await self._quiet(store, selection, bookmark_due))
            if trio.current_time() >= bookmark_due:
                if reached > store.version:
                    raise WatchExpired(f"the store is back at version {store.version}, before {reached}; list again")
                await into.send(WatchEvent("BOOKMARK", None, str(reached)))
                bookmark_due = trio.current_time() + BOOKMARK_SECONDS
        if self._failure is not None:
            raise self._failure

    async def _quiet(self, store: Store, selection: Selection, until: float) -> int:
        """Waits for a change that concerns the selection; the version up to which nothing did."""
        waiter = _Waiter(selection)
        self._waiting[waiter] = None
        try:
            with trio.move_on_at(until):
                await waiter.woken.wait()
        finally:
            del self._waiting[waiter]
        return store.version if waiter.first is None else waiter.first - 1


class _Waiter:
    """A watch that has seen everything; ``first`` is the first change after that which concerns it."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self.woken = trio.Event()
        self.first: int | None = None
