"""The queue and its workers: a resource that was woken is looked at, one that fails as a whole is looked at again later.

Steps that fail are the pass's own business; what ends up here is a pass that could not even begin (the resource cannot be
read, its finalizer not removed), or one that met a fault of ours. Neither may stop the other resources.
"""

from __future__ import annotations

from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING

import trio

from stoker.controller.retries import Retries
from stoker.errors import StokerError, Transient
from stoker.nursery.keyed import KeyedQueue
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Reconcile = Callable[["Key", bool], Awaitable[float | None]]

Key = tuple[str, str]


class Loop:
    """N workers, never two on one resource; namespaces take turns."""

    def __init__(self) -> None:
        self._queue: KeyedQueue[Key] = KeyedQueue(itemgetter(0))
        self._retries: dict[Key, Retries] = {}
        self._called: set[Key] = set()
        self._log = get_logger("controller")

    def wake(self, key: Key, *, wish: bool = False) -> None:
        """As soon as a worker is free. ``wish``: what is asked for changed, which ends a backoff."""
        if wish:
            self._retries.pop(key, None)
        self._called.add(key)
        self._queue.add(key)

    def pushed(self, key: Key) -> None:
        """A fresh look-up is asked for and nothing else, which may need no pass; one that failed is made again all the same."""
        if key in self._retries:
            self.wake(key, wish=True)
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
        try:
            delay = await reconcile(key, called)
        except StokerError as error:
            delay = self._failed(key, error)
        except Exception as fault:  # noqa: BLE001 - one resource that trips over a fault of ours must not stop the others
            self._log.exception("reconcile_crashed", namespace=key[0], name=key[1])
            delay = self._failed(key, Transient(f"unexpected {type(fault).__name__}; the log has the details"))
        else:
            self._retries.pop(key, None)
        if delay is not None:
            self._queue.add_after(key, delay)

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
