"""The ``stoker manager`` command: its arguments are judged before anything heavy is imported; ``process`` runs it."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

from stoker.manager.options import parse_options
from stoker.observe.memory import loading

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str]) -> int:
    """Run until a signal; the exit code."""
    options = parse_options(argv, os.environ)
    with loading():
        process = import_module("stoker.manager.process")
    code: int = process.run(options)
    return code
