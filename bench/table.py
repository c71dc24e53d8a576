"""Rows of figures: medians with their range, ratios, and the page they are written to."""

from __future__ import annotations

import platform
import statistics
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Row:
    """One measured thing: what, the figure as text, the goal and the peers beside it."""

    work: str
    figure: str
    goal: str
    peers: str = "–"


@dataclass
class Page:
    """The rows of one run, in order, and notes."""

    disk: str = ""
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Adds and prints a row."""
        self.rows.append(row)
        print(f"{row.work}: {row.figure} (goal: {row.goal}; peers: {row.peers})", flush=True)

    def write(self) -> None:
        """Writes docs/benchmarks.md."""
        lines = [
            "# Figures",
            "",
            (
                f"Taken by `make bench` on {datetime.now(UTC):%Y-%m-%d}, "
                f"Python {platform.python_version()}, {platform.machine()};"
                f" on: {self.disk}."
            ),
            (
                "Peers run in the same run on the same files: *rsync* is `git fetch --depth 1`, checkout and"
                " `rsync -a --delete`; *worktree* is git-sync's way,"
            ),
            "`git worktree add` of the new commit and `rsync`. *Go* is an operator for the same API, measured before on the same",
            "kind of machine, not in this run. Figures are medians with their range; a MB is a million bytes.",
            "",
            "| work | Stoker | goal | peers |",
            "|---|---|---|---|",
            *(f"| {row.work} | {row.figure} | {row.goal} | {row.peers} |" for row in self.rows),
            "",
            *self.notes,
            "",
        ]
        PAGE.write_text("\n".join(lines), encoding="utf-8")


def milliseconds(samples: Sequence[float]) -> str:
    """``12.3 ms (11.9-14.0)`` of samples in seconds."""
    low, mid, high = min(samples), statistics.median(samples), max(samples)
    return f"{mid * 1e3:.1f} ms ({low * 1e3:.1f}-{high * 1e3:.1f}, n={len(samples)})"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """How many times faster ours is, by medians."""
    return f"{statistics.median(theirs) / statistics.median(ours):.1f} times"


def megabytes(size: float) -> str:
    """``12.3 MB`` of bytes, a MB being a million of them."""
    return f"{size / 1e6:.1f} MB"
