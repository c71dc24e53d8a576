"""Services side by side: each in its own cancel scope inside a restart loop, so that a crash of one is no other's business.

A service that raises is restarted after a backoff that a healthy minute resets; one that keeps failing ends the whole with
ServiceFailed, so that the process ends non-zero and whoever supervises it takes over. One that returns though nobody asked
for a stop is treated as a crash. Stopping is asked for by an event that the services themselves watch; what has not ended
by the deadline is cancelled by the caller's scope (see ``shutdown``). Logging and counting are callbacks: this room is
below them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from stoker.errors import ServiceFailed, ServiceReturned
from stoker.nursery.backoff import Backoff, exponential

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stoker.nursery.service import Named

RESTARTS = exponential(0.5, 30.0, jitter=0.2)


async def supervise(
    services: Sequence[Named],
    *,
    stopping: trio.Event,
    on_restart: Callable[[str, BaseException, float], None],
    on_state: Callable[[str, bool], None],
    backoff: Backoff = RESTARTS,
    healthy_after: float = 60.0,
    give_up_after: int = 10,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Runs ``services`` until all have ended after ``stopping``, or raises ServiceFailed.

    ``on_restart(name, cause, delay)`` is called before each pause, ``on_state(name, serving)`` whenever a service becomes
    usable or ceases to be. Started when every service has been usable once.
    """
    waiting = {named.name for named in services}

    def state(name: str, serving: bool) -> None:
        on_state(name, serving)
        if serving and name in waiting:
            waiting.discard(name)
            if not waiting:
                task_status.started()

    try:
        async with trio.open_nursery() as nursery:
            for named in services:
                nursery.start_soon(_keep, named, stopping, on_restart, state, backoff, healthy_after, give_up_after)
    except BaseExceptionGroup as group:
        failed, others = group.split(ServiceFailed)
        if failed is not None and others is None:
            raise flatten(failed)[0] from None
        raise


async def _keep(
    named: Named,
    stopping: trio.Event,
    on_restart: Callable[[str, BaseException, float], None],
    on_state: Callable[[str, bool], None],
    backoff: Backoff,
    healthy_after: float,
    give_up_after: int,
) -> None:
    failures = 0
    while not stopping.is_set():
        began = trio.current_time()
        cause = await _once(named, on_state)
        if stopping.is_set():
            return
        cause = cause or ServiceReturned(f"service {named.name} ended without being asked to")
        failures = 1 if trio.current_time() - began >= healthy_after else failures + 1
        if failures >= give_up_after:
            last = flatten(cause)[0]
            raise ServiceFailed(f"service {named.name} failed {failures} times in a row; last: {last}") from cause
        delay = backoff.delay(failures)
        on_restart(named.name, cause, delay)
        with trio.move_on_after(delay):
            await stopping.wait()


async def _once(named: Named, on_state: Callable[[str, bool], None]) -> Exception | None:
    """One life of a service: what ended it, None when it returned."""
    try:
        async with trio.open_nursery() as nursery:
            await nursery.start(named.service)
            on_state(named.name, True)
    except Exception as error:  # noqa: BLE001 - the supervisor is where every failure of a service is met
        return error
    finally:
        on_state(named.name, False)
    return None


def flatten(error: BaseException) -> list[BaseException]:
    """The leaves of nested exception groups, in order; hypercorn nests three deep."""
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in flatten(inner)]
    return [error]
