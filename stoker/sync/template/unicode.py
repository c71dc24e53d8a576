"""Runes as Go sees them in bytes: decoding, classes of characters, what is printable.

Text is bytes in here, as in Go. Decoded with surrogateescape each byte that is no UTF-8 becomes one character of its
own, which is exactly Go's reading (one RuneError of width one), so `decode` and `encode` lose nothing.
"""

from __future__ import annotations

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_LONE = re.compile("[\ud800-\udc7f\udd00-\udfff]")
_SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


def encode(text: str) -> bytes:
    """Bytes of a text; a lone surrogate that stands for no byte becomes U+FFFD, as Go's own JSON reader has it."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return _LONE.sub(REPLACEMENT, text).encode("utf-8", "surrogateescape")


def decode(data: bytes) -> str:
    """One character a rune; a byte that is no UTF-8 is one character from U+DC80 to U+DCFF."""
    return data.decode("utf-8", "surrogateescape")


def rune_at(data: bytes, at: int) -> tuple[str, int]:
    """The rune at `at` and its width in bytes; U+FFFD and 1 for a byte that is no UTF-8, and "" and 0 at the end."""
    if at >= len(data):
        return "", 0
    if data[at] < 0x80:
        return chr(data[at]), 1
    char = decode(data[at : at + 4])[0]
    if is_byte(char):
        return REPLACEMENT, 1
    return char, len(char.encode())


def is_byte(char: str) -> bool:
    """Does the character stand for a byte that is no UTF-8?"""
    return "\udc80" <= char <= "\udcff"


def is_word(char: str) -> bool:
    """May the character be part of a name: a letter, a decimal digit or the underscore?"""
    return char == "_" or char.isalpha() or char.isdecimal()


def is_printable(char: str) -> bool:
    """Go's IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space."""
    return char.isprintable()


def is_blank(data: bytes) -> bool:
    """Is there nothing but white space?"""
    return not data.strip() or not decode(data).strip(_SPACES)


def rune(code: int) -> bytes:
    """UTF-8 of a code point; of U+FFFD where it is none."""
    if not 0 <= code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return REPLACEMENT.encode()
    return chr(code).encode()
