"""``stoker crd``: prints the CustomResourceDefinition that the Python types generate."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from stoker.process.arguments import LineParser
from stoker.process.exits import OK

if TYPE_CHECKING:
    from collections.abc import Sequence

EPILOG = """\
examples:
  stoker crd | kubectl apply --server-side -f -

exit codes:
  0  printed
  2  the command line is wrong
"""


def main(argv: Sequence[str]) -> int:
    """Print the CRD as YAML on stdout; the exit code. A reader that has seen enough (``| head``) is no error."""
    LineParser(
        "stoker crd",
        description="Print the CustomResourceDefinition of GatewaySync, as YAML.",
        epilog=EPILOG,
    ).parse_args(argv)
    try:
        sys.stdout.write(import_module("stoker.api.crd").as_yaml())
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter's own flush would fail
    return OK
