"""``stoker simulator``: the simulated gateway alone, over a data directory."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import trio

from stoker.errors import StokerError
from stoker.nursery.shutdown import run_with_signals
from stoker.observe import logs, redact
from stoker.standalone.simulator.gateway import SimulatedGateway, State

if TYPE_CHECKING:
    from collections.abc import Sequence

GRACE_SECONDS = 10.0
KEY_VARIABLE = "STOKER_SIMULATOR_API_KEY"


def main(argv: Sequence[str]) -> int:
    """Serve until a signal; the exit code."""
    parser = argparse.ArgumentParser(
        prog="stoker simulator",
        description="Run a simulated Ignition gateway over a data directory, for trying Stoker out and for tests.",
        epilog=f"{KEY_VARIABLE}=name:secret makes it demand that key; without it any key will do.",
    )
    parser.add_argument("--port", type=int, default=8088, help="port on 127.0.0.1 (default 8088; 0 takes a free one)")
    parser.add_argument("--data-dir", type=Path, required=True, help="the gateway's data directory")
    parser.add_argument("--commissioning", action="store_true", help="answer as a gateway that was not set up yet")
    options = parser.parse_args(argv)
    logs.configure(level=os.environ.get("LOG_LEVEL", "info"))
    key = os.environ.get(KEY_VARIABLE, "")
    if key:
        redact.register(key)
    if not options.data_dir.is_dir():
        sys.stderr.write(f"stoker simulator: {options.data_dir} is no directory: make it first\n")
        return 2
    state: State = "commissioning" if options.commissioning else "running"
    gateway = SimulatedGateway(options.data_dir, key=key, state=state)
    log = logs.get_logger("simulator")

    async def play(stopping: trio.Event) -> None:
        bound = partial(log.info, "simulator_serving")
        await gateway.run(f"127.0.0.1:{options.port}", stopping=stopping, on_bound=lambda urls: bound(urls=urls))

    code = 0
    try:
        trio.run(partial(run_with_signals, play, grace=GRACE_SECONDS))
    except* (OSError, StokerError) as group:
        sys.stderr.write(f"stoker simulator: {group.exceptions[0]}: choose another --port\n")
        code = 1
    return code
