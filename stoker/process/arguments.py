"""The command lines' common manners: faults are one line with the remedy, and an address is judged as it is read.

Only the standard library is loaded, so that ``--help`` and a typo are answered at once.
"""

from __future__ import annotations

import argparse
from typing import NoReturn

from stoker.errors import SettingsInvalid
from stoker.process.exits import USAGE
from stoker.web.listen import parse_address


class LineParser(argparse.ArgumentParser):
    """argparse whose errors are one line; the usage is left to ``--help``. Help texts are laid out by their author."""

    def __init__(self, prog: str, *, description: str, epilog: str) -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        """Exit with 2 and one line that ends with where to look."""
        self.exit(USAGE, f"{self.prog}: {message} (see `{self.prog} --help`)\n")


def address(text: str) -> str:
    """``HOST:PORT``, checked."""
    try:
        parse_address(text, what="")
    except SettingsInvalid as error:
        raise argparse.ArgumentTypeError(str(error).strip()) from error
    return text
