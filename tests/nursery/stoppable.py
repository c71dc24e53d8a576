"""A process for the tests of signals: ``python -m tests.nursery.stoppable HOW`` says what it does on stdout, line by line."""

from __future__ import annotations

import os
import signal
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import trio

from stoker.errors import StokerError
from stoker.nursery.shutdown import run_with_signals

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


def say(line: str) -> None:
    """One line, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def drains(stopping: trio.Event) -> None:
    """Ends in good order."""
    say("serving")
    await stopping.wait()
    say("draining")


async def hangs(stopping: trio.Event) -> None:
    """Never ends by itself, and cleans up when it is cancelled."""
    await drains(stopping)
    try:
        await trio.sleep_forever()
    finally:
        say("cancelled")


async def hears_two(stopping: trio.Event) -> None:
    """Is sent both signals before the loop turns once more."""
    say("serving")
    for number in (signal.SIGTERM, signal.SIGINT):
        os.kill(os.getpid(), number)
    await stopping.wait()
    await trio.sleep_forever()


async def blocks(stopping: trio.Event) -> None:
    """Stops the loop from turning."""
    await drains(stopping)
    time.sleep(60)  # noqa: ASYNC251 - the very fault that is played


async def gives_up(stopping: trio.Event) -> None:
    """Sets the stop itself, as a supervisor does that cannot go on, and then does not end."""
    stopping.set()
    await hangs(stopping)


async def returns(_stopping: trio.Event) -> None:
    """Ends without having been asked to."""
    say("serving")


HOW: dict[str, Callable[[trio.Event], Awaitable[None]]] = {
    "drains": drains,
    "hangs": hangs,
    "hears_two": hears_two,
    "blocks": blocks,
    "gives_up": gives_up,
    "returns": returns,
}

if __name__ == "__main__":
    before = signal.getsignal(signal.SIGTERM)
    try:
        trio.run(partial(run_with_signals, HOW[sys.argv[1]], grace=float(sys.argv[2])))
    except StokerError as error:
        say(f"{error.reason}: {error}")
        sys.exit(1)
    say(f"handlers restored: {signal.getsignal(signal.SIGTERM) == before}")
