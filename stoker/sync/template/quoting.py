"""Go's quoted literals, read and written: strings and runes with their escapes."""

from __future__ import annotations

import re

from stoker.sync.template.bounds import RefusedError
from stoker.sync.template.unicode import REPLACEMENT, decode, is_byte, is_printable, rune, rune_at

_RUN = re.compile(rb'[^\\"\n]++')
_SIMPLE = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92}
_ESCAPES = {7: "\\a", 8: "\\b", 12: "\\f", 10: "\\n", 13: "\\r", 9: "\\t", 11: "\\v"}
_DIGITS = {"x": 2, "u": 4, "U": 8}
_HEX = re.compile(rb"[0-9a-fA-F]*")
_OCTAL = re.compile(rb"[0-7]{3}")
_UNBACKQUOTED = re.compile("[\x00-\x08\x0a-\x1f`\x7f\ufeff\udc80-\udcff]")


def unquote(literal: bytes) -> bytes:
    """The bytes that a string literal, quotes or backquotes included, stands for. Raises RefusedError."""
    body = literal[1:-1]
    if literal[:1] == b"`":
        return body.replace(b"\r", b"")
    return _each(body)


def _each(body: bytes) -> bytes:
    out: list[bytes] = []
    at = 0
    while at < len(body):
        run = _RUN.match(body, at)
        if run:
            # A byte that is no UTF-8 is read as U+FFFD and written as that.
            out.append(run[0].decode("utf-8", "surrogateescape").translate(_BYTES_REPLACED).encode())
            at = run.end()
            continue
        code, wide, at = unquote_char(body, at, '"')
        out.append(rune(code) if wide else bytes([code]))
    return b"".join(out)


_BYTES_REPLACED = dict.fromkeys(range(0xDC80, 0xDD00), REPLACEMENT)


def unquote_char(data: bytes, at: int, quote: str) -> tuple[int, bool, int]:
    """The character or escape at `at`: its value, whether that is a rune rather than a byte, and where it ends.

    Raises RefusedError.
    """
    char, width = rune_at(data, at)
    if char in ("", quote, "\n"):
        raise RefusedError("invalid syntax")
    if char != "\\":
        return ord(char), width > 1 or ord(char) >= 0x80, at + width
    kind, _ = rune_at(data, at + 1)
    at += 2
    if kind in _SIMPLE:
        return _SIMPLE[kind], False, at
    if kind in _DIGITS:
        return _numbered(data, at, kind)
    if kind in ("'", '"') and kind == quote:
        return ord(kind), False, at
    octal = _OCTAL.match(data, at - 1)
    if octal is None or int(octal[0], 8) > 255:
        raise RefusedError("invalid syntax")
    return int(octal[0], 8), False, octal.end()


def _numbered(data: bytes, at: int, kind: str) -> tuple[int, bool, int]:
    end = at + _DIGITS[kind]
    digits = data[at:end]
    if len(digits) < end - at or not _HEX.fullmatch(digits):
        raise RefusedError("invalid syntax")
    code = int(digits, 16)
    if kind != "x" and (code > 0x10FFFF or 0xD800 <= code <= 0xDFFF):
        raise RefusedError("invalid syntax")
    return code, kind != "x", end


def quote(text: str, *, ascii_only: bool = False) -> str:
    """A text as a double-quoted literal; bytes that are no UTF-8 as `\\xNN`."""
    if text.isprintable() and not ('"' in text or "\\" in text or (ascii_only and not text.isascii())):
        return f'"{text}"'
    return '"' + "".join([_escaped(char, '"', ascii_only=ascii_only) for char in text]) + '"'


def quote_rune(code: int, *, ascii_only: bool = False) -> str:
    """A code point as a single-quoted literal; U+FFFD where it is none."""
    return "'" + _escaped(rune(code).decode(), "'", ascii_only=ascii_only) + "'"


def _escaped(char: str, quote: str, *, ascii_only: bool) -> str:
    code = ord(char)
    if is_byte(char):
        return f"\\x{code - 0xDC00:02x}"
    if char in (quote, "\\"):
        return "\\" + char
    if (code < 0x80 or not ascii_only) and is_printable(char):
        return char
    if code in _ESCAPES:
        return _ESCAPES[code]
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def can_backquote(text: str) -> bool:
    """May the text stand unchanged between backquotes, on one line?"""
    return _UNBACKQUOTED.search(text) is None


def quoted(data: bytes) -> str:
    """A name for a message."""
    return quote(decode(data))
