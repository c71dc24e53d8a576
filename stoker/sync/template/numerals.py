"""Numbers by a verb: integers in all bases, as characters and code points, floats, complex numbers.

The rules are Go's, odd ones included: a precision overrules the flag `0`, `%x` of a negative number keeps its sign, a
sharp float keeps its zeros.
"""

from __future__ import annotations

from stoker.sync.template.floats import format_float
from stoker.sync.template.quoting import quote_rune
from stoker.sync.template.unicode import is_printable, rune
from stoker.sync.template.writer import Writer

_BASES = {"v": "d", "d": "d", "b": "b", "o": "o", "O": "o", "x": "x", "X": "X"}
_FLOATS = {"v": ("g", -1), "b": ("b", -1), "g": ("g", -1), "G": ("G", -1), "x": ("x", -1), "X": ("X", -1)} | {
    "e": ("e", 6),
    "E": ("E", 6),
    "f": ("f", 6),
    "F": ("f", 6),
}


class Numerals(Writer):
    """Writes numbers; each method answers False, and writes nothing, where the verb is none for such a number."""

    __slots__ = ()

    def write_integer(self, value: int, verb: str, *, signed: bool) -> bool:
        """Write an int, or a uint8 where not `signed`."""
        if verb in _BASES:
            if verb == "v" and self.flags.sharp_v and not signed:
                sharp, self.flags.sharp = self.flags.sharp, True
                self._digits(value, "v", "x")
                self.flags.sharp = sharp
            else:
                self._digits(value, verb, _BASES[verb])
        elif verb == "c":
            self.pad(rune(value))
        elif verb == "q":
            self.pad(quote_rune(value, ascii_only=self.flags.plus).encode())
        elif verb == "U":
            self._code_point(value)
        else:
            return False
        return True

    def _digits(self, value: int, verb: str, base: str) -> None:
        flags = self.flags
        least = flags.precision
        if least == 0 and not value:
            self.padding(flags.width or 0, zeros=False)
            return
        signed = value < 0 or flags.plus or flags.space
        if least is None:
            zeros = flags.zero and not flags.minus and flags.width is not None
            least = (flags.width or 0) - signed if zeros else 0
        self.budget.make(0, self.size + least)
        digits = format(abs(value), base).rjust(least, "0")
        if flags.sharp:
            if base in "bxX":
                digits = f"0{base}{digits}"
            elif base == "o" and digits[0] != "0":
                digits = "0" + digits
        if verb == "O":
            digits = "0o" + digits
        sign = "-" if value < 0 else "+" if flags.plus else " " if flags.space else ""
        self.pad((sign + digits).encode(), zeros=False)

    def _code_point(self, value: int) -> None:
        least = max(self.flags.precision or 0, 4)
        self.budget.make(0, self.size + least)
        code = value if value >= 0 else value + (1 << 64)
        text = "U+" + f"{code:X}".rjust(least, "0")
        if self.flags.sharp and code <= 0x10FFFF and not 0xD800 <= code < 0xE000 and is_printable(chr(code)):
            text += f" '{chr(code)}'"
        self.pad(text.encode(), zeros=False)

    def write_float(self, value: float, verb: str) -> bool:
        """Write a float64."""
        if verb in _FLOATS:
            self._float(value, *_FLOATS[verb])
        return verb in _FLOATS

    def _float(self, value: float, form: str, precision: int) -> None:
        flags = self.flags
        precision = precision if flags.precision is None else flags.precision
        self.budget.make(0, self.size + precision)
        number = format_float(value, form, precision)
        if number[0] not in "+-":
            number = "+" + number
        if flags.space and number[0] == "+" and not flags.plus:
            number = " " + number[1:]
        if number[1] in "IN":
            bare = number[1] == "N" and not flags.space and not flags.plus
            bare = bare or (number[0] == "+" and not flags.plus)
            self.pad((number[1:] if bare else number).encode(), zeros=False)
            return
        if flags.sharp and form != "b":
            number = _sharpened(number, form, precision)
        self._signed(number)

    def _signed(self, number: str) -> None:
        """Write a number that begins with its sign, which is left out where it is a plus that nobody asked for."""
        flags = self.flags
        if not flags.plus and number[0] == "+":
            self.pad(number[1:].encode())
        elif flags.zero and not flags.minus and flags.width and flags.width > len(number):
            self.write(number[:1].encode())
            self.padding(flags.width - len(number), zeros=True)
            self.write(number[1:].encode())
        else:
            self.pad(number.encode())

    def write_complex(self, value: complex, verb: str) -> bool:
        """Write a complex128, its parts as floats."""
        if verb not in _FLOATS:
            return False
        plus = self.flags.plus
        self.write(b"(")
        self._float(value.real, *_FLOATS[verb])
        self.flags.plus = True
        self._float(value.imag, *_FLOATS[verb])
        self.write(b"i)")
        self.flags.plus = plus
        return True


def _sharpened(number: str, form: str, precision: int) -> str:
    """With the flag `#`: a decimal point always, and trailing zeros up to the precision for %g and %x."""
    wanted = 0
    if form in "gGx":
        wanted = 6 if precision == -1 else precision
    marks = "pP" if form in "xX" else "eEpP"
    end = next((at for at, char in enumerate(number) if at and char in marks), len(number))
    body, tail = number[:end], number[end:]
    significant = body[1:].replace(".", "").lstrip("0")
    wanted -= len(significant)
    if "." not in body:
        if len(body) == 2 and body[1] == "0":
            wanted -= 1
        body += "."
    return body + "0" * wanted + tail
