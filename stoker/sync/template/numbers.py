"""Number and character constants: from their text to the value that Go's rules for untyped constants give them.

In a template no place asks for a certain type of number, so the text alone decides: with a point or an exponent it is a
float64, with an `i` a complex128, otherwise an int. Go's quirk that a signed hexadecimal with an `e` is a float is kept.
"""

from __future__ import annotations

import math
import re

from stoker.sync.template.bounds import RefusedError
from stoker.sync.template.quoting import quoted, unquote_char

_INTEGER = re.compile(rb"([+-]?)(0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|0[0-7_]*|[1-9][0-9_]*)")
_DECIMAL = re.compile(rb"[+-]?[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9][0-9_]*)?")
_HEXADECIMAL = re.compile(rb"[+-]?0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?[pP][+-]?[0-9][0-9_]*")
_PART = re.compile(
    rb"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eEpP][+-]?[0-9_]*)?)"
)
_LONGEST = 80  # digits of a 64-bit number in base 2, with underscores in plenty: anything longer overflows
_BASES = {b"x": 16, b"b": 2, b"o": 8}


def constant(text: bytes) -> int | float | complex:
    """The value of a number, or of a character in single quotes.

    Raises RefusedError for what is no number, and OverflowError for an unsigned one that no int holds, which Go refuses
    only where the constant is evaluated.
    """
    if text[:1] == b"'":
        code, _, end = unquote_char(text, 1, "'")
        if text[end:] != b"'":
            raise RefusedError(f"malformed character constant: {text.decode('utf-8', 'replace')}")
        return code
    if text[-1:] == b"i":
        imaginary = _float(text[:-1])
        if imaginary is not None:
            return complex(0, imaginary)
    return _real(text)


def complex_constant(text: bytes) -> complex:
    """The value of `1+2i`. Raises RefusedError."""
    first = _PART.match(text)
    if first is None or text[first.end() : first.end() + 1] not in (b"+", b"-"):
        raise RefusedError("syntax error scanning complex number")
    second = _PART.match(text, first.end() + 1)
    # The sign was taken before the second part, which may have none of its own.
    if second is None or second[0][:1] in (b"+", b"-") or text[second.end() : second.end() + 1] != b"i":
        raise RefusedError("syntax error scanning complex number")
    return complex(_scanned(first[0]), _scanned(text[first.end() : second.end()]))


def _scanned(text: bytes) -> float:
    value = _float(text)
    if value is None:
        raise RefusedError(f"illegal number syntax: {quoted(text)}")
    return value


def _real(text: bytes) -> int | float:
    whole = _integer(text)
    pointed = any(mark in text for mark in b".eEpP")
    if whole is None:
        value = _float(text)
        if value is None:
            raise RefusedError(f"illegal number syntax: {quoted(text)}")
        if not pointed:
            raise RefusedError(f"integer overflow: {quoted(text)}")
        return value
    plain_hexadecimal = len(text) > 2 and text[:2].lower() == b"0x" and b"p" not in text.lower()
    if pointed and not plain_hexadecimal:
        return float(whole)
    if whole >= 1 << 63:
        raise OverflowError
    return whole


def _integer(text: bytes) -> int | None:
    """What Go's ParseInt or ParseUint make of it, base 0; None where both refuse it."""
    match = _INTEGER.fullmatch(text)
    if match is None or (b"_" in text and not _underscored(text)):
        return None
    sign, digits = match[1], match[2]
    base = 10
    if len(digits) > 2 and digits[1:2].lower() in _BASES:
        base, digits = _BASES[digits[1:2].lower()], digits[2:]
    elif digits[:1] == b"0" and len(digits) > 1:
        base, digits = 8, digits[1:]
    digits = digits.replace(b"_", b"").lstrip(b"0") or b"0"
    if len(digits) > _LONGEST:
        return None
    value = int(digits, base)
    if sign == b"-":
        return -value if value <= 1 << 63 else None
    return value if value < (1 << 63 if sign else 1 << 64) else None


def _float(text: bytes) -> float | None:
    """What Go's ParseFloat makes of it; None where it refuses, as it does a number too large for a float64."""
    if b"_" in text and not _underscored(text):
        return None
    clean = text.replace(b"_", b"")
    try:
        if _HEXADECIMAL.fullmatch(clean):
            return float.fromhex(clean.decode())
        if not _DECIMAL.fullmatch(clean):
            return None
        value = float(clean)
    except (ValueError, OverflowError):
        return None
    return None if math.isinf(value) else value


def _underscored(text: bytes) -> bool:
    """Do underscores only separate digits, a base prefix counting as one?"""
    body = text.lstrip(b"+-")
    hexadecimal = body[:2].lower() == b"0x"
    prefixed = body[:1] == b"0" and body[1:2].lower() in _BASES
    body = b"0" + body[2:] if prefixed else body
    digits = rb"0-9a-fA-F" if hexadecimal else rb"0-9"
    return re.search(rb"(?<![" + digits + rb"])_|_(?![" + digits + rb"])", body) is None
