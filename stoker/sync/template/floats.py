"""Floating-point numbers as text, as Go's strconv writes them: %e, %f, %g, %b and %x, shortest or to a precision.

Python's own formatting rounds exactly as Go's does; what differs is layout: when %g turns to an exponent, which zeros
stay, and the two binary forms that Python has not.
"""

from __future__ import annotations

import math
import struct

# A float64 has no more significant digits than this in decimal: what is asked beyond is zeros.
_DIGITS = 1100


def format_float(value: float, verb: str, precision: int) -> str:
    """`value` by one of `eEfgGbxX`; a precision of -1 asks for the fewest digits that read back the same."""
    if math.isnan(value):
        return "NaN"
    sign = "-" if math.copysign(1, value) < 0 else ""
    value = abs(value)
    if math.isinf(value):
        return (sign or "+") + "Inf"
    match verb:
        case "b":
            return sign + _binary(value)
        case "x" | "X":
            text = _hexadecimal(value, precision)
            return sign + (text.upper() if verb == "X" else text)
        case "f":
            return sign + _fixed(value, precision)
        case "e" | "E":
            text = _exponent(*_digits(value, precision + 1 if precision >= 0 else -1), precision)
        case _:
            text = _general(value, precision)
    return sign + (text.upper() if verb in "EG" else text)


def _digits(value: float, count: int) -> tuple[str, int]:
    """Significant digits without trailing zeros, and where the point stands before them; count -1: the shortest."""
    if not value:
        return "", 0
    text = repr(value) if count < 0 else f"{value:.{min(count, _DIGITS) - 1}e}"
    mantissa, _, exponent = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) if whole != "0" else len(digits) - len(fraction)
    return digits.rstrip("0"), point + int(exponent or 0)


def _exponent(digits: str, point: int, precision: int) -> str:
    """`d.ddde±dd` with `precision` digits after the point, as many as there are for -1."""
    if precision < 0:
        precision = max(len(digits) - 1, 0)
    digits = digits or "0"
    exponent = point - 1 if digits != "0" else 0
    fraction = "." + digits[1 : precision + 1].ljust(precision, "0") if precision > 0 else ""
    return f"{digits[0]}{fraction}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _fixed(value: float, precision: int) -> str:
    if precision < 0:
        digits, point = _digits(value, -1)
        return _plain(digits, point, max(len(digits) - point, 0))
    text = f"{value:.{min(precision, _DIGITS)}f}"
    return text + "0" * (precision - _DIGITS)


def _plain(digits: str, point: int, precision: int) -> str:
    """`ddd.ddd` with `precision` digits after the point."""
    whole = digits[:point].ljust(point, "0") if point > 0 else "0"
    if precision <= 0:
        return whole
    fraction = "0" * min(-point, precision) + digits if point < 0 else digits[point:]
    return f"{whole}.{fraction[:precision].ljust(precision, '0')}"


def _general(value: float, precision: int) -> str:
    shortest = precision < 0
    precision = precision or 1
    digits, point = _digits(value, precision)
    if shortest:
        precision = len(digits)
    threshold = precision
    if threshold > len(digits) >= point:
        threshold = len(digits)
    if shortest:
        threshold = 6
    if point - 1 < -4 or point - 1 >= threshold:
        return _exponent(digits, point, min(precision, len(digits)) - 1)
    if precision > point:
        precision = len(digits)
    return _plain(digits, point, max(precision - point, 0))


def _parts(value: float) -> tuple[int, int]:
    """Mantissa of 53 bits (fewer for a denormal number) and the exponent of its lowest bit."""
    (bits,) = struct.unpack(">Q", struct.pack(">d", value))
    exponent, mantissa = bits >> 52, bits & ((1 << 52) - 1)
    return (mantissa, -1074) if not exponent else (mantissa | 1 << 52, exponent - 1075)


def _binary(value: float) -> str:
    mantissa, exponent = _parts(value)
    return f"{mantissa}p{exponent:+d}"


def _hexadecimal(value: float, precision: int) -> str:
    mantissa, exponent = _parts(value)
    exponent += 52
    if not mantissa:
        exponent = 0
    mantissa <<= 8  # the leading 1 at bit 60
    while mantissa and not mantissa & 1 << 60:
        mantissa <<= 1
        exponent -= 1
    if 0 <= precision < 15:
        kept = 60 - precision * 4
        extra = mantissa & ((1 << kept) - 1)
        mantissa >>= kept
        if extra > 1 << (kept - 1) or (extra == 1 << (kept - 1) and mantissa & 1):
            mantissa += 1
        mantissa <<= kept
        if mantissa & 1 << 61:
            mantissa >>= 1
            exponent += 1
    fraction = f"{mantissa & ((1 << 60) - 1):015x}"
    fraction = fraction.rstrip("0") if precision < 0 else fraction[:precision].ljust(precision, "0")
    point = "." if fraction else ""
    return f"0x{mantissa >> 60}{point}{fraction}p{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
