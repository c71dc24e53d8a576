"""From an async main to an exit code: signals, the grace period, and errors that end as one line each on stderr."""

from __future__ import annotations

import contextlib
import os
import sys
from functools import partial
from typing import TYPE_CHECKING, NoReturn

import trio

from stoker.errors import ManifestInvalid, SettingsInvalid, StateLocked, StokerError
from stoker.nursery.shutdown import run_with_signals
from stoker.nursery.supervisor import flatten
from stoker.process.exits import FAILED, LOCKED, OK, USAGE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


def run_until_signal(main: Callable[[trio.Event], Awaitable[None]], *, grace: float) -> int:
    """Runs ``main(stopping)`` to its end; the exit code. Errors that are not ours are raised: they are faults of stoker."""
    try:
        trio.run(partial(run_with_signals, main, grace=grace))
    except BaseExceptionGroup as group:
        ours = [error for error in flatten(group) if isinstance(error, StokerError)]
        if len(ours) != len(flatten(group)):
            raise
        return explain(*ours)
    except StokerError as error:
        return explain(error)
    return OK


def leave(code: int) -> NoReturn:
    """Ends the process, everything of ours having ended in good order.

    The interpreter would take down seventy megabytes of modules first, one object at a time, for up to a second of a busy one.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def explain(*errors: StokerError) -> int:
    """Print each error, one line a fault; the code of the gravest."""
    codes = []
    for error in errors:
        for line in str(error).splitlines():
            sys.stderr.write(f"stoker: {line}\n")
        wrong = isinstance(error, (ManifestInvalid, SettingsInvalid))
        codes.append(LOCKED if isinstance(error, StateLocked) else USAGE if wrong else FAILED)
    return max(codes)
