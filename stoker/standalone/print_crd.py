"""``stoker crd``: prints the CustomResourceDefinition that the Python types generate."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from stoker.api.crd import as_yaml
from stoker.standalone.exits import OK
from stoker.standalone.options import LineParser

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str]) -> int:
    """Print the CRD as YAML on stdout; the exit code."""
    LineParser(
        prog="stoker crd",
        description="Print the CustomResourceDefinition of GatewaySync, as YAML for `kubectl apply -f -`.",
        allow_abbrev=False,
    ).parse_args(argv)
    sys.stdout.write(as_yaml())
    return OK
