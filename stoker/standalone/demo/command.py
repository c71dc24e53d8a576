"""The ``stoker demo`` command: its arguments, judged before anything heavy is imported; ``play`` runs it."""

from __future__ import annotations

import shutil
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from stoker.process.arguments import LineParser
from stoker.process.exits import FAILED

if TYPE_CHECKING:
    from collections.abc import Sequence

DESCRIPTION = """\
See Stoker do its job: a sample repository, a simulated gateway, `stoker standalone`, a signed push, a forgery, a kill in
the middle of a merge, a forced sync, a file made by template and patch, a change by hand. Every step is checked from outside.
"""
EPILOG = """\
examples:
  stoker demo
  stoker demo --stay --dir /tmp/play
      keep it running, in a folder that stays, and print commands to play with

exit codes:
  0  every step held
  1  one did not, or git is missing; the reason is printed
  2  the command line is wrong
"""


def main(argv: Sequence[str]) -> int:
    """Run the demo; 0 when every step held, 1 otherwise."""
    parser = LineParser(
        "stoker demo",
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    parser.add_argument(
        "--stay", action="store_true", help="keep it running afterwards and print commands to play with"
    )
    parser.add_argument(
        "--dir", type=Path, metavar="DIR", help="an empty or new folder to play in (default: a temporary one)"
    )
    given = parser.parse_args(argv)
    if shutil.which("git") is None:
        sys.stderr.write("stoker demo: git is not installed; the demo needs it to play the developer\n")
        return FAILED
    if given.dir is not None and given.dir.exists() and any(given.dir.iterdir()):
        parser.error(f"--dir {given.dir} is not empty; name a new folder")
    code: int = import_module("stoker.standalone.demo.play").run(given)
    return code
