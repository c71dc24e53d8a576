"""One template file: its text, its definitions once parsed, and how a refusal names a place in it.

Messages are made fit to be shown: one line, not long, without bytes that a log cannot write.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stoker.errors import TemplateInvalid
from stoker.sync.template.bounds import RefusedError
from stoker.sync.template.lexer import Lexer
from stoker.sync.template.unicode import decode

if TYPE_CHECKING:
    from stoker.sync.template.bounds import Bounds
    from stoker.sync.template.nodes import Node

_LONGEST = 400  # characters of a message
_UNSHOWN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]"
)  # what is no part of a line, or can be written nowhere


class Source:
    """One template file while it is parsed: its text, its lexer, its definitions, and where it is, for messages."""

    __slots__ = ("bounds", "data", "lexer", "nesting", "trees", "where", "words")

    def __init__(self, data: bytes, where: str, bounds: Bounds) -> None:
        self.data = data
        self.where = where
        self.bounds = bounds
        self.lexer = Lexer(data)
        self.nesting = self.words = 0
        self.trees: dict[bytes, list[Node]] = {}

    def invalid(self, pos: int, message: str) -> TemplateInvalid:
        """The refusal of what is at a byte offset: file, line and column (from 1, in characters), and one short line."""
        message = message if len(message) <= _LONGEST else message[:_LONGEST] + "..."
        return TemplateInvalid(_UNSHOWN.sub(_shown, f"{self._place(pos)}: {message}"))

    def _place(self, pos: int) -> str:
        line_start = self.data.rfind(b"\n", 0, pos) + 1
        line = self.data.count(b"\n", 0, pos) + 1
        return f"{self.where}, line {line}, column {len(decode(self.data[line_start:pos])) + 1}"

    def enter(self) -> None:
        """Go one block or parenthesis deeper. Raises RefusedError."""
        self.nesting += 1
        if self.nesting > self.bounds.nesting:
            raise RefusedError(f"more than {self.bounds.nesting} blocks and parentheses within one another")


def _shown(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()
