"""What the demo shows: steps with their verdicts, with colours on a terminal and plain when piped."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# What a reader of one log line wants first; the rest follows in its own order.
SHOWN_FIRST = ("namespace", "name", "gateway", "commit", "ref", "trigger")
HIDDEN = ("timestamp", "level", "event", "logger")


class View:
    """Prints to stdout; lines are never wrapped, so that a pipe gets one line a fact."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)

    def title(self, text: str) -> None:
        """The heading of the whole."""
        self._console.print(f"[bold]{escape(text)}[/bold]")

    def note(self, text: str) -> None:
        """A fact beside the steps."""
        self._console.print(f"   [dim]{escape(text)}[/dim]")

    def step(self, number: int, total: int, text: str) -> None:
        """A step begins."""
        self._console.print(f"\n[bold cyan]{number}/{total}[/bold cyan] [bold]{escape(text)}[/bold]")

    def held(self, detail: str) -> None:
        """A check held."""
        self._console.print(f"   [green]ok[/green]    {escape(detail)}")

    def failed(self, detail: str) -> None:
        """A check did not hold."""
        self._console.print(f"   [bold red]FAILED[/bold red] {escape(detail)}")

    def log(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Structured log lines: as they are in a pipe, shortened for people on a terminal."""
        for line in lines:
            if not self._console.is_terminal:
                print(json.dumps(line, ensure_ascii=False, default=str))
                continue
            ordered = [key for key in SHOWN_FIRST if key in line]
            ordered += [key for key in line if key not in ordered and key not in HIDDEN]
            context = " ".join(f"{key}={_short(line[key])}" for key in ordered)
            colour = {"error": "red", "warning": "yellow"}.get(str(line.get("level")), "green")
            clock = str(line.get("timestamp", ""))[11:23]
            self._console.print(
                f"   [dim]{clock}[/dim] [{colour}]{escape(str(line.get('event', '')))}[/{colour}] [dim]{escape(context)}[/dim]",
                no_wrap=True,
                overflow="ellipsis",
                soft_wrap=False,
            )

    def end(self, text: str, *, good: bool) -> None:
        """The verdict of the whole."""
        colour = "green" if good else "red"
        self._console.print(f"\n[bold {colour}]{escape(text)}[/bold {colour}]")

    def commands(self, lines: Iterable[str]) -> None:
        """Commands to copy: never wrapped, never coloured, and shown at once also in a pipe."""
        for line in lines:
            print(f"   {line}", flush=True)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    if len(text) == 40 and all(letter in "0123456789abcdef" for letter in text):
        return text[:7]
    return text if len(text) <= 60 else text[:59] + "…"
