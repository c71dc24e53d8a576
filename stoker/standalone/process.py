"""The ``stoker standalone`` process: from options and environment to an exit code.

Owns: what is checked before anything starts, and how an error becomes one line and a code. The rooms are imported once the
environment is known to be good, so that a typo there too is answered at once.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING

import trio

from stoker.errors import ManifestInvalid, SettingsInvalid, StateLocked, StokerError
from stoker.nursery.shutdown import run_with_signals
from stoker.nursery.supervisor import flatten
from stoker.observe import logs
from stoker.observe.memory import settle_in
from stoker.settings import Environment, ReceiverSettings
from stoker.standalone.exits import FAILED, LOCKED, OK, USAGE
from stoker.standalone.lock import state_lock
from stoker.web.listen import check_address

if TYPE_CHECKING:
    from stoker.standalone.once import Verdict
    from stoker.standalone.options import Options

# More than an agent's 15 s for a running merge and the servers' 5 s for running requests.
GRACE_SECONDS = 25.0


def run(options: Options) -> int:
    """Run until a signal, or once; the exit code. Errors are printed, one line each."""
    try:
        told = Environment.from_env(os.environ)
        logs.configure(level=told.logs.level, dev=told.logs.dev)
        for flag, address in (("--receiver", options.receiver), ("--probes", options.probes)):
            if address is not None:
                check_address(address, what=flag)
        with state_lock(options.state_dir):
            return _run(options, told.receiver)
    except StokerError as error:
        return _explain(error)


def _run(options: Options, receiver: ReceiverSettings) -> int:
    from stoker.standalone.once import run_once
    from stoker.standalone.run import run_standalone

    verdicts: list[Verdict] = []

    async def work(stopping: trio.Event) -> None:
        if options.once:
            verdicts.extend(await run_once(options, stopping=stopping))
        else:
            await run_standalone(options, receiver, stopping=stopping)

    settle_in()
    try:
        trio.run(partial(run_with_signals, work, grace=GRACE_SECONDS))
    except BaseExceptionGroup as group:
        ours = [error for error in flatten(group) if isinstance(error, StokerError)]
        if len(ours) != len(flatten(group)):
            raise
        return _explain(*ours)
    if not options.once:
        return OK
    failed = [verdict for verdict in verdicts if verdict.reason]
    for verdict in failed:
        sys.stderr.write(f"stoker: gateway {verdict.gateway.label} is not Synced: {verdict.reason}\n")
    return FAILED if failed or not verdicts else OK


def _explain(*errors: BaseException) -> int:
    """Print each error, one line a fault; the code of the gravest."""
    codes = []
    for error in errors:
        for line in str(error).splitlines():
            sys.stderr.write(f"stoker: {line}\n")
        wrong = isinstance(error, (ManifestInvalid, SettingsInvalid))
        codes.append(LOCKED if isinstance(error, StateLocked) else USAGE if wrong else FAILED)
    return max(codes)
