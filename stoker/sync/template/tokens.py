"""Kinds of token in a template, and a token itself, told in a message as Go tells it."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from stoker.sync.template.quoting import quote
from stoker.sync.template.unicode import decode


class Kind(Enum):
    """Kinds of token; those from BLOCK on are keywords."""

    ERROR = auto()
    BOOL = auto()
    CHAR = auto()
    CHARACTER = auto()
    COMPLEX = auto()
    ASSIGN = auto()
    DECLARE = auto()
    EOF = auto()
    FIELD = auto()
    IDENTIFIER = auto()
    LEFT = auto()
    LEFT_PAREN = auto()
    NUMBER = auto()
    PIPE = auto()
    RAW_STRING = auto()
    RIGHT = auto()
    RIGHT_PAREN = auto()
    SPACE = auto()
    STRING = auto()
    TEXT = auto()
    VARIABLE = auto()
    BLOCK = auto()
    BREAK = auto()
    CONTINUE = auto()
    DOT = auto()
    DEFINE = auto()
    ELSE = auto()
    END = auto()
    IF = auto()
    NIL = auto()
    RANGE = auto()
    TEMPLATE = auto()
    WITH = auto()


class Token(NamedTuple):
    """A token: its kind, byte offset and text (for an error, the message)."""

    kind: Kind
    pos: int
    text: bytes

    def __str__(self) -> str:
        if self.kind is Kind.EOF:
            return "EOF"
        if self.kind is Kind.ERROR:
            return decode(self.text)
        if self.kind in _KEYWORD_KINDS:
            return f"<{decode(self.text)}>"
        text = decode(self.text)
        return f"{quote(text[:10])}..." if len(self.text) > 10 else quote(text)


KEYWORDS = {
    kind.name.lower().encode(): kind for kind in Kind if kind.value >= Kind.BLOCK.value and kind is not Kind.DOT
}
_KEYWORD_KINDS = {*KEYWORDS.values(), Kind.DOT}
