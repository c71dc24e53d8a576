"""``stoker agent`` with less time for git: ``python -m tests.sidecar.hasty FETCH,READ,HANG ARGUMENT…``.

Seconds, as ``GitBounds`` names them.
"""

from __future__ import annotations

import os
import sys

from stoker.sidecar.command import parse_options
from stoker.sidecar.process import run
from stoker.sidecar.run import GitBounds


def main(bounds: str, *arguments: str) -> int:
    """Runs until a signal; the exit code."""
    return run(parse_options(arguments, os.environ), bounds=GitBounds(*map(float, bounds.split(","))))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
