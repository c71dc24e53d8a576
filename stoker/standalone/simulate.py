"""The ``stoker simulator`` command: its arguments, judged before anything heavy is imported; ``simulating`` runs it."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from stoker.process.arguments import LineParser

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY_VARIABLE = "STOKER_SIMULATOR_API_KEY"

DESCRIPTION = """\
Run a simulated Ignition 8.3 gateway over a data directory, for trying Stoker out and for tests. It answers the API that
an agent asks, scans for real, rewrites resource.json as a gateway does, and remembers every resource that it met
half-written.
"""
EPILOG = f"""\
environment:
  {KEY_VARIABLE}  the API key, name:secret, that it demands; without it every well-formed key will do
  LOG_LEVEL                 debug, info (default), warning or error

while it runs:
  GET  /StatusPing            STARTING, RUNNING, and details COMMISSIONING
  GET  /system/gwinfo         what an agent looks at to see whether it runs
  GET  /simulator/record      what it saw and was asked; halfWritten must stay empty
  POST /simulator/commission  finish its commissioning, as somebody would in a browser

examples:
  stoker simulator --port 8088 --data-dir /tmp/gateway
  stoker simulator --port 8088 --data-dir /tmp/gateway --start-seconds 20 --commission
      a first boot: 503 for 20 s, then commissioning until it is finished
  stoker simulator --port 8088 --data-dir /tmp/gateway --own-scans 5
      a gateway that also scans by itself, and waits for the scan lock

exit codes:
  0  stopped in good order (SIGTERM, SIGINT)
  1  it could not serve, such as on a port in use
  2  the command line is wrong
"""


def main(argv: Sequence[str]) -> int:
    """Serve until a signal; the exit code."""
    options = _options(argv)
    code: int = import_module("stoker.standalone.simulating").run(options)
    return code


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = LineParser(
        "stoker simulator",
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    add = parser.add_argument
    add("--port", type=_port, default=8088, metavar="N", help="port on 127.0.0.1 (default 8088; 0 takes a free one)")
    add("--data-dir", type=Path, required=True, metavar="DIR", help="the gateway's data directory; it must exist")
    add("--start-seconds", type=_seconds, metavar="N", help="begin as a gateway that starts: 503 for so long")
    commission = "begin as a gateway that was not set up: commissioning for N seconds, or until it is finished"
    add("--commission", type=_seconds, nargs="?", const=float("inf"), metavar="N", help=commission)
    add("--drop-permission", action="store_true", help="commissioning costs the key its write permission")
    add("--keys-in-data", action="store_true", help="API keys are the api-token resources in the data directory")
    add("--own-scans", type=_seconds, metavar="N", help="also scan by itself, every N seconds")
    add("--no-locks", action="store_true", help="offer no scan locks, as older releases")
    add("--old", action="store_true", help="be an 8.1 gateway, which has no such API: 404")
    given = parser.parse_args(argv)
    if not given.data_dir.is_dir():
        parser.error(f"--data-dir {given.data_dir} is no directory; make it first")
    return given


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} must be a port from 0 to 65535")
    return int(text)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} must be a number of seconds above 0")
    return value
