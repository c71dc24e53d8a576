"""The simulated gateway alone as a process, over a data directory, in the mood that was asked for."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING

import trio

from stoker.errors import AddressUnusable, SettingsInvalid, StokerError
from stoker.nursery.shutdown import run_with_signals
from stoker.nursery.supervisor import flatten
from stoker.observe import logs, redact
from stoker.process.exits import FAILED, OK, USAGE
from stoker.settings import LogSettings
from stoker.standalone.simulate import KEY_VARIABLE
from stoker.standalone.simulator.gateway import SimulatedGateway

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

GRACE_SECONDS = 10.0


def run(options: argparse.Namespace) -> int:
    """Serve until a signal; the exit code."""
    try:
        told = LogSettings.from_env(os.environ)
    except SettingsInvalid as error:
        return _refuse("; ".join(str(error).splitlines()), USAGE)
    logs.configure(level=told.level, dev=told.dev)
    gateway = _gateway(options, os.environ)
    log = logs.get_logger("simulator")

    async def play(stopping: trio.Event) -> None:
        bound = partial(log.info, "simulator_serving", state=gateway.state, data=str(gateway.data))
        await gateway.run(f"127.0.0.1:{options.port}", stopping=stopping, on_bound=lambda urls: bound(urls=urls))
        log.info("simulator_stopped", half_written=len(gateway.half_written))

    code = OK
    try:
        trio.run(partial(run_with_signals, play, grace=GRACE_SECONDS))
    except* AddressUnusable:
        code = _refuse(f"port {options.port} is in use or not allowed to this user; choose another --port", FAILED)
    except* StokerError as group:
        code = _refuse(str(flatten(group)[0]), FAILED)
    return code


def _gateway(options: argparse.Namespace, env: Mapping[str, str]) -> SimulatedGateway:
    key = env.get(KEY_VARIABLE, "").strip()
    redact.register(key)
    gateway = SimulatedGateway(
        options.data_dir,
        key=key,
        keys_in_data=options.keys_in_data,
        start_seconds=options.start_seconds,
        needs_commissioning=options.commission is not None,
        commission_seconds=options.commission,
        commissioning_drops_permission=options.drop_permission,
        own_scan_every=options.own_scans,
        offers_locks=not options.no_locks,
        version="8.1" if options.old else "8.3",
    )
    if options.start_seconds is not None:
        gateway.state = "starting"
    elif options.commission is not None:
        gateway.state = "commissioning"
    return gateway


def _refuse(line: str, code: int) -> int:
    sys.stderr.write(f"stoker simulator: {line}\n")
    return code
