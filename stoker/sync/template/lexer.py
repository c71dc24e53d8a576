"""Template text to tokens, with Go's own rules for where a token ends and what ends in an error.

Text between actions is found by `bytes.find`, tokens by expressions that read each byte once: a file is mostly text,
and none can make the lexer slow. A token holds its byte offset; lines are counted only when a message needs one.
"""

from __future__ import annotations

import re

from stoker.sync.template.quoting import quoted
from stoker.sync.template.tokens import KEYWORDS, Kind, Token
from stoker.sync.template.unicode import is_printable, is_word, rune_at

_BLANKS = b" \t\r\n"
_SPACES = re.compile(rb"[ \t\r\n]*+")
_WORD = re.compile(rb"[0-9A-Za-z_]*+")
_STRING = re.compile(rb'"(?:[^"\\\n]++|\\[^\n])*+(")?')
_CHARACTER = re.compile(rb"'(?:[^'\\\n]++|\\[^\n])*+(')?")
_NUMBER = re.compile(
    rb"[+-]?(?:0[xX][0-9a-fA-F_]*+(?:\.[0-9a-fA-F_]*+)?(?:[pP][+-]?[0-9_]*+)?"
    rb"|0[oO][0-7_]*+(?:\.[0-7_]*+)?|0[bB][01_]*+(?:\.[01_]*+)?"
    rb"|[0-9_]*+(?:\.[0-9_]*+)?(?:[eE][+-]?[0-9_]*+)?)i?"
)
_TERMINATORS = b" \t\r\n.,|:)("
_SINGLE = {b"=": Kind.ASSIGN, b"|": Kind.PIPE}


class Lexer:
    """Gives the tokens one by one; after an error token there are none worth asking for."""

    __slots__ = ("_data", "_inside", "_parens", "_pos")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._pos = 0
        self._parens = 0
        self._inside = False

    def next(self) -> Token:
        """The next token; EOF for ever at the end."""
        return self._action() if self._inside else self._text()

    def _text(self) -> Token:
        data = self._data
        while True:
            start = self._pos
            left = data.find(b"{{", start)
            if left < 0:
                self._pos = len(data)
                return Token(Kind.TEXT if start < len(data) else Kind.EOF, start, data[start:])
            trims = _trims(data, left + 2)
            text = data[start:left]
            if trims:
                text = text.rstrip(_BLANKS)
            self._pos = left
            if text:
                return Token(Kind.TEXT, start, text)
            begin = left + 4 if trims else left + 2
            if not data.startswith(b"/*", begin):
                self._inside = True
                self._parens = 0
                self._pos = begin
                return Token(Kind.LEFT, left, b"{{")
            fault = self._comment(begin)
            if fault is not None:
                return fault

    def _comment(self, begin: int) -> Token | None:
        """Skip the comment at `begin`; an error token when it is not closed as it must be."""
        end = self._data.find(b"*/", begin + 2)
        if end < 0:
            return Token(Kind.ERROR, begin, b"unclosed comment")
        width, trims = self._right(end + 2)
        if not width:
            return Token(Kind.ERROR, begin, b"comment ends before closing delimiter")
        self._pos = end + 2 + width
        if trims:
            self._skip_blanks()
        return None

    def _right(self, at: int) -> tuple[int, bool]:
        """The width of the right delimiter at `at`, 0 for none, and whether it trims."""
        if self._data.startswith(b"}}", at):
            return 2, False
        if self._data.startswith(b"-}}", at + 1) and self._data[at] in _BLANKS:
            return 4, True
        return 0, False

    def _skip_blanks(self) -> None:
        blanks = _SPACES.match(self._data, self._pos)
        self._pos = blanks.end() if blanks else self._pos

    def _emit(self, kind: Kind, end: int) -> Token:
        start, self._pos = self._pos, end
        return Token(kind, start, self._data[start:end])

    def _error(self, message: str) -> Token:
        return Token(Kind.ERROR, self._pos, message.encode("utf-8", "surrogateescape"))

    def _action(self) -> Token:
        data, pos = self._data, self._pos
        width, trims = self._right(pos)
        if width:
            if self._parens:
                return self._error("unclosed left paren")
            token = Token(Kind.RIGHT, pos + width - 2, b"}}")
            self._pos += width
            self._inside = False
            if trims:
                self._skip_blanks()
            return token
        if pos >= len(data):
            return self._error("unclosed action")
        byte = data[pos : pos + 1]
        if byte in _BLANKS:
            return self._space()
        if byte in _SINGLE:
            return self._emit(_SINGLE[byte], pos + 1)
        if byte in b"()":
            return self._paren(byte)
        if byte in b"\"`'":
            return self._quoted(byte)
        if byte in b".$":
            return self._dotted(byte)
        if byte in b"+-0123456789":
            return self._number()
        return self._other(byte)

    def _space(self) -> Token:
        data = self._data
        blanks = _SPACES.match(data, self._pos)
        end = blanks.end() if blanks else self._pos
        # The last blank belongs to a right delimiter that trims; a run of one was seen as such before.
        return self._emit(Kind.SPACE, end - 1 if data.startswith(b"-}}", end) else end)

    def _paren(self, byte: bytes) -> Token:
        if byte == b"(":
            self._parens += 1
            return self._emit(Kind.LEFT_PAREN, self._pos + 1)
        if not self._parens:
            return self._error("unexpected right paren")
        self._parens -= 1
        return self._emit(Kind.RIGHT_PAREN, self._pos + 1)

    def _quoted(self, byte: bytes) -> Token:
        if byte == b"`":
            end = self._data.find(b"`", self._pos + 1)
            if end < 0:
                return self._error("unterminated raw quoted string")
            return self._emit(Kind.RAW_STRING, end + 1)
        pattern, kind, name = _QUOTED[byte]
        match = pattern.match(self._data, self._pos)
        if match is None or match[1] is None:
            return self._error(f"unterminated {name}")
        return self._emit(kind, match.end())

    def _dotted(self, byte: bytes) -> Token:
        after = self._pos + 1
        if byte == b".":
            if after == len(self._data) or self._data[after : after + 1].isdigit():
                return self._number()
            if self._terminates(after):
                return self._emit(Kind.DOT, after)
        elif self._terminates(after):
            return self._emit(Kind.VARIABLE, after)
        return self._word(Kind.FIELD if byte == b"." else Kind.VARIABLE, after)

    def _word(self, kind: Kind, at: int) -> Token:
        """Take a name that goes on at `at`."""
        data = self._data
        while True:
            match = _WORD.match(data, at)
            at = match.end() if match else at
            char, width = rune_at(data, at)
            if width < 2 or not is_word(char):
                break
            at += width
        if not self._terminates(at):
            return self._error(f"bad character {described(char)}")
        return self._emit(kind, at)

    def _terminates(self, at: int) -> bool:
        """May a name end at `at`?"""
        data = self._data
        return at >= len(data) or data[at] in _TERMINATORS or data.startswith(b"}}", at)

    def _number(self) -> Token:
        end, good = self._scan(self._pos)
        if good and self._data[end : end + 1] not in (b"+", b"-"):
            return self._emit(Kind.NUMBER, end)
        if good:
            end, good = self._scan(end)
            if good and self._data[end - 1 : end] == b"i":
                return self._emit(Kind.COMPLEX, end)
        return self._error(f"bad number syntax: {quoted(self._data[self._pos : end])}")

    def _scan(self, at: int) -> tuple[int, bool]:
        """Where the number at `at` ends, and whether it does: a name must not go on there."""
        match = _NUMBER.match(self._data, at)
        end = match.end() if match else at
        char, width = rune_at(self._data, end)
        return (end + width, False) if char and is_word(char) else (end, True)

    def _other(self, byte: bytes) -> Token:
        pos = self._pos
        char, _ = rune_at(self._data, pos)
        if byte == b":":
            if not self._data.startswith(b":=", pos):
                return self._error("expected :=")
            return self._emit(Kind.DECLARE, pos + 2)
        if is_word(char):
            token = self._word(Kind.IDENTIFIER, pos)
            if token.kind is not Kind.IDENTIFIER:
                return token
            kind = KEYWORDS.get(token.text)
            if kind is None and token.text in (b"true", b"false"):
                kind = Kind.BOOL
            return token if kind is None else token._replace(kind=kind)
        if char < "\x7f" and is_printable(char):
            return self._emit(Kind.CHAR, pos + 1)
        return self._error(f"unrecognized character in action: {described(char)}")


_QUOTED = {
    b'"': (_STRING, Kind.STRING, "quoted string"),
    b"'": (_CHARACTER, Kind.CHARACTER, "character constant"),
}


def described(char: str) -> str:
    """A character as Go's %#U has it."""
    if not char:
        return "EOF"
    return f"U+{ord(char):04X}" + (f" '{char}'" if is_printable(char) else "")


def _trims(data: bytes, at: int) -> bool:
    return data.startswith(b"-", at) and at + 1 < len(data) and data[at + 1] in _BLANKS
