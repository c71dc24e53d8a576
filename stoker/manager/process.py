"""The ``stoker manager`` process: from options and environment to an exit code.

Owns: what is checked before anything starts. The rooms are imported once the environment is known to be good, so that a
typo there too is answered at once.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Final

from stoker.errors import StokerError
from stoker.observe import logs
from stoker.observe.memory import loading, settle_in
from stoker.process.running import explain, leave, run_until_signal
from stoker.settings import Environment
from stoker.web.listen import check_address

if TYPE_CHECKING:
    from stoker.manager.options import Options

GRACE_SECONDS: Final = 20.0
"""Beside what is lingered, within a pod's usual 30 s: the servers' 5 s for running requests, twice, and the lease's 2 s."""

YOUNG: Final = 20_000
"""A burst of hundreds of resources costs 7 % less so. An agent has no such bursts, and counts its megabytes."""


def run(options: Options) -> int:
    """Run until a signal, and end the process; the exit code of what forbids a start. Errors are printed, one line each."""
    try:
        told = Environment.from_env(os.environ)
        logs.configure(
            level=options.log_level or told.logs.level,
            dev=told.logs.dev if options.log_dev is None else options.log_dev,
        )
        for flag in ("probes", "metrics", "receiver", "webhook"):
            bind = getattr(options, flag)
            if bind is not None:
                check_address(bind, what=f"--{flag}")
    except StokerError as error:
        return explain(error)
    with loading():
        from stoker.manager.run import run_manager

    settle_in(young=YOUNG)
    return leave(
        run_until_signal(partial(run_manager, options, told.receiver, os.environ), grace=GRACE_SECONDS + options.linger)
    )
