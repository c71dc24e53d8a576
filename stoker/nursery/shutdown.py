"""Stopping a process: by event, then by deadline, then by cancellation; a second signal ends it at once.

The first signal comes through Trio's own receiver, which turns signals into an iterator inside a scope: the one way in which
they meet the nursery and not some random line of code. The second must work when the loop no longer turns, so it is a
plain Python handler that ends the process between two byte codes. Not the system's default action: a process that is the
first of its container (pid 1) would ignore that.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import trio

from stoker.errors import DeadlineExceeded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from stoker.nursery.service import Service

SIGNALS = (signal.SIGTERM, signal.SIGINT)


async def run_with_signals(main: Callable[[trio.Event], Awaitable[None]], *, grace: float) -> None:
    """Runs ``main(stopping)``; SIGTERM or SIGINT sets the event, as ``main`` itself may when it cannot go on.

    ``grace`` seconds after the event ``main`` is cancelled, and DeadlineExceeded is raised unless ``main`` raises something
    itself. A second signal ends the process at once with 128 + its number.
    """
    stopping, work = trio.Event(), trio.CancelScope()
    with trio.open_signal_receiver(*SIGNALS) as signals:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_heed, signals, stopping)
            nursery.start_soon(_limit, stopping, grace, work)
            with work:
                await main(stopping)
            nursery.cancel_scope.cancel()
    if work.cancelled_caught:
        raise DeadlineExceeded(f"not everything ended within {grace:g} s of the stop; what still ran was cut off")


def until(stopping: trio.Event, service: Service) -> Service:
    """``service``, which knows no stop of its own, as one that is cancelled at ``stopping``."""

    async def run(*, task_status: trio.TaskStatus[Any]) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(cancel_at, stopping, nursery.cancel_scope)
            await service(task_status=task_status)
            nursery.cancel_scope.cancel()

    return run


async def unless(stopping: trio.Event, work: Callable[[], Awaitable[object]]) -> bool:
    """Awaits ``work()``, which is cancelled at ``stopping``; whether it came to its end."""
    ended = False
    async with trio.open_nursery() as nursery:
        nursery.start_soon(cancel_at, stopping, nursery.cancel_scope)
        await work()
        ended = True
        nursery.cancel_scope.cancel()
    return ended


async def cancel_at(stopping: trio.Event, scope: trio.CancelScope) -> None:
    """Cancels ``scope`` when ``stopping`` is set."""
    await stopping.wait()
    scope.cancel()


async def _heed(signals: Any, stopping: trio.Event) -> None:
    heard = False
    async for first in signals:
        if heard:  # two in one breath: the second came before its handler was there
            _end_at_once(first, None)
        heard = True
        for number in SIGNALS:
            signal.signal(number, _end_at_once)
        stopping.set()


def _end_at_once(number: int, _frame: object) -> None:
    os._exit(128 + number)


async def _limit(stopping: trio.Event, grace: float, work: trio.CancelScope) -> None:
    await stopping.wait()
    await trio.sleep(grace)
    work.cancel()
