"""A process that has worked and is quiet again gives back what it does not need, so that memory tells what it needs.

A burst of resources, or a start, leaves megabytes of freed memory and of pages that nobody will read again.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import trio

from stoker.observe.memory import give_back

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

LOOK_SECONDS: Final = 15.0
WORK_SECONDS: Final = 1.0
"""Of CPU since it last rested, for which resting pays."""
QUIET_SHARE: Final = 0.05


async def _give_back() -> None:
    await trio.to_thread.run_sync(give_back)


async def rest_when_quiet(
    *,
    spent: Callable[[], float] = time.process_time,
    rest: Callable[[], Awaitable[None]] = _give_back,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Runs until cancelled. ``spent``: seconds of CPU so far; ``rest`` takes some milliseconds."""
    task_status.started()
    rested = 0.0
    while True:
        before = spent()
        await trio.sleep(LOOK_SECONDS)
        now = spent()
        if now - rested >= WORK_SECONDS and now - before <= QUIET_SHARE * LOOK_SECONDS:
            await rest()
            rested = spent()
