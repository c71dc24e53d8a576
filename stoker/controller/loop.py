"""The queue and its workers: a resource that was woken is looked at, one that fails as a whole is looked at again later.

After a pass its resource rests for a multiple of what the pass took, unless its own wish changes: three hundred gateways that
report one after another are not three hundred writes of a status that names them all, which would leave the API server no
time for their reports. Small resources on a server at ease rest for some milliseconds.

Steps that fail are the pass's own business; what ends up here is a pass that could not even begin (the resource cannot be
read, its finalizer not removed), or one that met a fault of ours. Neither may stop the other resources.
"""

from __future__ import annotations

from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import trio

from stoker.controller.retries import Retries
from stoker.errors import StokerError, Transient
from stoker.nursery.keyed import KeyedQueue
from stoker.nursery.rest import Rest
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Reconcile = Callable[["Key", bool], Awaitable[float | None]]

Key = tuple[str, str]
REST: Final = Rest(longest=3.0)
"""Of one resource, after a pass."""
RESTING: Final = 1_000
"""Resources whose rest is remembered before those that have rested are forgotten."""


class Loop:
    """N workers, never two on one resource; namespaces take turns."""

    def __init__(self) -> None:
        self._queue: KeyedQueue[Key] = KeyedQueue(itemgetter(0))
        self._retries: dict[Key, Retries] = {}
        self._called: set[Key] = set()
        self._rested: dict[Key, float] = {}
        self._log = get_logger("controller")

    def wake(self, key: Key, *, wish: bool = False) -> None:
        """As soon as a worker is free and the resource has rested. ``wish``: what is asked for changed, which waits for no
        rest and ends a backoff.
        """
        self._called.add(key)
        if wish:
            self._retries.pop(key, None)
            self._queue.add(key)
        elif not self._queue.is_running(key):  # else the end of the pass sees to it
            self._later(key)

    def pushed(self, key: Key) -> None:
        """A fresh look-up is asked for and nothing else, which may need no pass; one that failed is made again all the same."""
        if key in self._retries:
            self.wake(key, wish=True)
        else:
            self._queue.add(key)

    def answered(self, key: Key) -> None:
        """What a pass waits for is in: not in itself a reason for another."""
        self._queue.add(key)

    async def run(
        self,
        reconcile: Reconcile,
        *,
        workers: int,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Runs until cancelled. ``reconcile`` is told whether somebody called for the resource, and returns the seconds until
        the next look at it, None when only a change asks for one.
        """
        await self._queue.run(partial(self._handle, reconcile), workers=workers, task_status=task_status)

    async def _handle(self, reconcile: Reconcile, key: Key) -> None:
        called = key in self._called or key in self._retries
        self._called.discard(key)
        began = trio.current_time()
        try:
            delay = await reconcile(key, called)
        except StokerError as error:
            delay = self._failed(key, error)
        except Exception as fault:  # noqa: BLE001 - one resource that trips over a fault of ours must not stop the others
            self._log.exception("reconcile_crashed", namespace=key[0], name=key[1])
            delay = self._failed(key, Transient(f"unexpected {type(fault).__name__}; the log has the details"))
        else:
            self._retries.pop(key, None)
        self._rest(key, trio.current_time() - began)
        if key in self._called:
            self._later(key)
        elif delay is not None:
            self._queue.add_after(key, delay)

    def _rest(self, key: Key, took: float) -> None:
        now = trio.current_time()
        if len(self._rested) >= RESTING:
            self._rested = {other: until for other, until in self._rested.items() if until > now}
        self._rested[key] = now + REST.after(took)

    def _later(self, key: Key) -> None:
        left = self._rested.get(key, 0.0) - trio.current_time()
        if left > 0:
            self._queue.add_after(key, left)
        else:
            self._queue.add(key)

    def _failed(self, key: Key, error: StokerError) -> float | None:
        now = trio.current_time()
        retries = self._retries.setdefault(key, Retries())
        retries.failed(error, now)
        self._log.warning(
            "reconcile_failed",
            namespace=key[0],
            name=key[1],
            error=str(error),
            reason=error.reason,
            retry_in_s=retries.pause,
        )
        return retries.left(now)
