"""Flags with a twin in the environment: the flag wins, a wrong value is blamed on where it was written."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from stoker.process.arguments import LineParser

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_UNSET: Final = object()


@dataclass(frozen=True)
class _Twin:
    name: str
    variable: str
    parse: Callable[[str], Any]
    default: Any


class TwinParser(LineParser):
    """A parser whose flags may also be given by environment variables; an empty variable counts as unset."""

    def __init__(self, prog: str, *, description: str, epilog: str) -> None:
        super().__init__(prog, description=description, epilog=epilog)
        self._twins: list[_Twin] = []

    def twin(
        self, flag: str, variable: str, *, parse: Callable[[str], Any], default: Any, metavar: str, text: str
    ) -> None:
        """``flag`` (its ``dest`` is made of it) and ``variable``; ``parse`` raises argparse.ArgumentTypeError."""
        action = self.add_argument(flag, type=parse, default=_UNSET, metavar=metavar, help=f"{text} (env {variable})")
        self._twins.append(_Twin(action.dest, variable, parse, default))

    def read(self, argv: Sequence[str], env: Mapping[str, str]) -> argparse.Namespace:
        """All values; SystemExit as ``parse_args``."""
        given = self.parse_args(argv)
        for twin in self._twins:
            if getattr(given, twin.name) is _UNSET:
                setattr(given, twin.name, self._of_env(twin, env))
        return given

    def _of_env(self, twin: _Twin, env: Mapping[str, str]) -> Any:
        text = env.get(twin.variable, "").strip()
        if not text:
            return twin.default
        try:
            return twin.parse(text)
        except argparse.ArgumentTypeError as error:
            self.error(f"environment variable {twin.variable}: {error}")


def truth(text: str) -> bool:
    """``true`` or ``false``."""
    words = {"true": True, "1": True, "false": False, "0": False}
    if text.lower() not in words:
        raise argparse.ArgumentTypeError(f"{text!r} must be true or false")
    return words[text.lower()]


def names(text: str) -> tuple[str, ...]:
    """Names with commas or spaces between them, each once, in order."""
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


def count(text: str) -> int:
    """A number from 1 to 100."""
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} must be a number from 1 to 100")
    return int(text)


def seconds(text: str) -> float:
    """Whole seconds from 0 to 300."""
    if not (text.isascii() and text.isdecimal()) or not int(text) <= 300:
        raise argparse.ArgumentTypeError(f"{text!r} must be whole seconds, from 0 to 300")
    return float(text)
