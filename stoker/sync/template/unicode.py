"""Runes as Go sees them in bytes: decoding, which may stand in names, which are printable.

Text is bytes in here, as in Go. Decoded with surrogateescape each byte that is no UTF-8 becomes one character of its
own, which is exactly Go's reading (one RuneError of width one), so `decode` and `encode` lose nothing.
"""

from __future__ import annotations

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_LONE = re.compile("[\ud800-\udc7f\udd00-\udfff]")
_SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


# Unicode 15 beyond 14, in hexadecimal: Go knows these characters, an older Python not. A newer one's own are left as they
# are: they are unassigned to Go, and nobody has them in a gateway's files.
_WORDS = (
    "1123F-11240 11F02 11F04-11F10 11F12-11F33 11F50-11F59 1342F 13441-13446 1B132 1B155 1DF25-1DF2A 1E030-1E06D "
    "1E4D0-1E4EB 1E4F0-1E4F9 2B739 31350-323AF"
)
_OTHERS = (
    "CF3 ECE 10EFD-10EFF 11241 11B00-11B09 11F00-11F01 11F03 11F34-11F3A 11F3E-11F4F 13440 13447-13455 1D2C0-1D2D3 "
    "1E08F 1E4EC-1E4EF 1F6DC 1F774-1F776 1F77B-1F77F 1F7D9 1FA75-1FA77 1FA87-1FA88 1FAAD-1FAAF 1FABB-1FABD 1FABF "
    "1FACE-1FACF 1FADA-1FADB 1FAE8 1FAF7-1FAF8"
)


def _class(*runs: str) -> re.Pattern[str]:
    ends = [[chr(int(end, 16)) for end in run.split("-")] for run in " ".join(runs).split()]
    return re.compile("[" + "".join("-".join(run) for run in ends) + "]")


_NEW_WORDS = _class(_WORDS)
_NEW = _class(_WORDS, _OTHERS)


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
    return char == "_" or char.isalpha() or char.isdecimal() or _NEW_WORDS.match(char) is not None


def is_printable(char: str) -> bool:
    """Go's IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space."""
    return char.isprintable() or _NEW.match(char) is not None


def is_blank(data: bytes) -> bool:
    """Is there nothing but white space?"""
    return not data.strip() or not decode(data).strip(_SPACES)


def rune(code: int) -> bytes:
    """UTF-8 of a code point; of U+FFFD where it is none."""
    if not 0 <= code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return REPLACEMENT.encode()
    return chr(code).encode()
