"""The ``stoker manager`` command: its arguments are judged before anything heavy is imported; ``process`` runs it."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

from stoker.manager.options import parse_options

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str]) -> int:
    """Run until a signal; the exit code."""
    options = parse_options(argv, os.environ)
    code: int = import_module("stoker.manager.process").run(options)
    return code
