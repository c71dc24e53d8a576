"""Stopping a process: by event, then by deadline, then by cancellation; a second signal ends it at once.

A signal handler that Python runs between byte codes would be simpler, yet Trio's own receiver turns signals into an
iterator inside a scope, which is the one way in which they meet the nursery and not some random line of code.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import trio

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SIGNALS = (signal.SIGTERM, signal.SIGINT)


async def run_with_signals(main: Callable[[trio.Event], Awaitable[None]], *, grace: float) -> None:
    """Runs ``main(stopping)``: SIGTERM or SIGINT sets the event; ``grace`` seconds later ``main`` is cancelled."""
    stopping = trio.Event()
    with trio.open_signal_receiver(*SIGNALS) as signals:
        async with trio.open_nursery() as nursery:

            async def watch() -> None:
                first = True
                async for number in signals:
                    if not first:
                        os._exit(128 + number)
                    first = False
                    stopping.set()
                    nursery.start_soon(_deadline, grace, work)

            with trio.CancelScope() as work:
                nursery.start_soon(watch)
                await main(stopping)
            nursery.cancel_scope.cancel()


async def _deadline(grace: float, work: trio.CancelScope) -> None:
    await trio.sleep(grace)
    work.cancel()
