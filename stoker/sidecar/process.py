"""The ``stoker agent`` process: from options and environment to an exit code.

The rooms are imported once the environment is known to be good, so that a fault there is answered at once.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from stoker.errors import StokerError
from stoker.observe import logs
from stoker.observe.memory import loading, settle_in
from stoker.process.running import explain, run_until_signal
from stoker.sidecar.environment import PodSettings
from stoker.web.listen import check_address

if TYPE_CHECKING:
    import trio

    from stoker.sidecar.command import Options
    from stoker.sidecar.run import GitBounds

# More than the 15 s for a running merge, 3 s for the last report and the servers' 5 s for running requests; less than the
# 30 s after which the kubelet kills.
GRACE_SECONDS: Final = 25.0


def run(options: Options, *, bounds: GitBounds | None = None) -> int:
    """Run until a signal; the exit code. Errors are printed, one line each. ``bounds``: others than the usual ones."""
    try:
        settings = PodSettings.from_env(os.environ)
        logs.configure(level=settings.logs.level, dev=settings.logs.dev)
        check_address(options.probes, what="--probes")
        check_address(options.metrics, what="--metrics")
    except StokerError as error:
        return explain(error)
    with loading():
        from stoker.sidecar.run import BOUNDS, run_sidecar

    async def work(stopping: trio.Event) -> None:
        await run_sidecar(settings, options, env=os.environ, stopping=stopping, bounds=bounds or BOUNDS)

    settle_in()
    return run_until_signal(work, grace=GRACE_SECONDS)
