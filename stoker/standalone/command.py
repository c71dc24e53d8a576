"""The ``stoker standalone`` command: its arguments are judged before anything heavy is imported.

So ``--help`` and a typo are answered at once; what runs then is ``process``.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

from stoker.observe.memory import loading
from stoker.standalone.options import parse_options

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str]) -> int:
    """Run until a signal, or once; the exit code."""
    options = parse_options(argv, os.environ)
    with loading():
        process = import_module("stoker.standalone.process")
    code: int = process.run(options)
    return code
