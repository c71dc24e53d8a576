"""The ``stoker standalone`` process: from options and environment to an exit code.

Owns: what is checked before anything starts, and how an error becomes one line and a code. The rooms are imported once the
environment is known to be good, so that a typo there too is answered at once.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from stoker.errors import StokerError
from stoker.observe import logs
from stoker.observe.memory import loading, settle_in
from stoker.process.exits import FAILED, OK
from stoker.process.running import explain, run_until_signal
from stoker.settings import Environment, ReceiverSettings
from stoker.standalone.lock import state_lock
from stoker.web.listen import check_address

if TYPE_CHECKING:
    import trio

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
        return explain(error)


def _run(options: Options, receiver: ReceiverSettings) -> int:
    with loading():
        from stoker.standalone.once import run_once
        from stoker.standalone.run import run_standalone

    verdicts: list[Verdict] = []

    async def work(stopping: trio.Event) -> None:
        if options.once:
            verdicts.extend(await run_once(options, stopping=stopping))
        else:
            await run_standalone(options, receiver, stopping=stopping)

    settle_in()
    code = run_until_signal(work, grace=GRACE_SECONDS)
    if code != OK or not options.once:
        return code
    failed = [verdict for verdict in verdicts if verdict.reason]
    for verdict in failed:
        sys.stderr.write(f"stoker: gateway {verdict.gateway.label} is not Synced: {verdict.reason}\n")
    return FAILED if failed or not verdicts else OK
