"""N workers over a de-duplicating queue of keys, never two on one key.

A key that is added while it is handled is handled again afterwards; a delayed key comes when its time does, and an earlier
time wins. Order is first come, first served, within groups that take turns: one that brings a thousand keys does not keep
the others waiting for a thousand turns. What is handled, and what a failure means, is the handler's business.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

import trio

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

K = TypeVar("K")
SLACK = 64


class KeyedQueue(Generic[K]):
    """All methods but ``run`` and ``idle`` are plain functions and may be called from callbacks.

    ``group``: which of the groups that take turns a key belongs to; by default all are of one.
    """

    def __init__(self, group: Callable[[K], Hashable] = lambda _: None) -> None:
        self._group = group
        self._ready: OrderedDict[Hashable, OrderedDict[K, None]] = OrderedDict()
        self._running: set[K] = set()
        self._again: set[K] = set()
        self._due: dict[K, tuple[float, int]] = {}  # when, and the number of the entry that says so
        self._heap: list[tuple[float, int, K]] = []
        self._count = 0
        self._changed = trio.Event()

    def add(self, key: K) -> None:
        """As soon as a worker is free; a pending delay of the key is dropped."""
        self._due.pop(key, None)
        if key in self._running:
            self._again.add(key)
        else:
            self._line_up(key)
        self._wake()

    def add_after(self, key: K, seconds: float) -> None:
        """In ``seconds``, or sooner when it was due sooner."""
        due = trio.current_time() + max(0.0, seconds)
        if key in self._ready.get(self._group(key), ()) or (key in self._due and self._due[key][0] <= due):
            return
        self._count += 1
        self._due[key] = (due, self._count)
        heapq.heappush(self._heap, (due, self._count, key))
        if len(self._heap) > SLACK + 2 * len(self._due):
            self._forget_stale()
        self._wake()

    def cancel(self, key: K) -> None:
        """Forgets a pending delay."""
        self._due.pop(key, None)
        self._wake()

    def is_running(self, key: K) -> bool:
        """Whether it is being handled."""
        return key in self._running

    @property
    def pending(self) -> int:
        """Entries of delayed keys in memory; some may be stale, never more than twice the delayed keys and some slack."""
        return len(self._heap)

    async def idle(self) -> None:
        """Returns when nothing is queued or running; delayed keys do not count."""
        while self._ready or self._running:
            await self._changed.wait()

    async def run(
        self,
        handle: Callable[[K], Awaitable[None]],
        *,
        workers: int,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Runs until cancelled; an error of ``handle`` ends it."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._timer)
            for _ in range(workers):
                nursery.start_soon(self._work, handle)
            task_status.started()

    async def _work(self, handle: Callable[[K], Awaitable[None]]) -> None:
        while True:
            while not self._ready:
                await self._changed.wait()
            key = self._next()
            self._running.add(key)
            try:
                await handle(key)
            finally:
                self._running.discard(key)
                if key in self._again:
                    self._again.discard(key)
                    self._due.pop(key, None)
                    self._line_up(key)
                self._wake()

    def _line_up(self, key: K) -> None:
        self._ready.setdefault(self._group(key), OrderedDict()).setdefault(key)

    def _next(self) -> K:
        """The first key of the group whose turn it is, which then is the last group."""
        group, keys = self._ready.popitem(last=False)
        key, _ = keys.popitem(last=False)
        if keys:
            self._ready[group] = keys
        return key

    async def _timer(self) -> None:
        while True:
            self._release()
            changed = self._changed
            next_due = self._heap[0][0] if self._heap else trio.current_time() + 3600
            with trio.move_on_at(next_due):
                await changed.wait()

    def _release(self) -> None:
        while self._heap and (self._heap[0][0] <= trio.current_time() or self._heap[0][2] not in self._due):
            *entry, key = heapq.heappop(self._heap)
            if self._due.get(key) == tuple(entry):
                self.add(key)

    def _forget_stale(self) -> None:
        """An entry whose key was given another time stays until its own; a busy key with a long interval leaves many."""
        self._heap = [entry for entry in self._heap if self._due.get(entry[2]) == entry[:2]]
        heapq.heapify(self._heap)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = trio.Event()
