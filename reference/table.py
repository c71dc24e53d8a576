"""Tables in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a table; what would end a cell is written otherwise."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    for row in rows:
        cells = [cell.replace("|", "\\|") for _, cell in zip(header, row, strict=True)]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def code(text: str) -> str:
    """Text as it is written in a manifest."""
    return f"`{text}`" if text else ""
