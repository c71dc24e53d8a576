"""Go's Sprint, Sprintln and Sprintf: which argument goes by which verb, with `*` and argument indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.sync.template.unicode import rune_at
from stoker.sync.template.values import type_name
from stoker.sync.template.verbs import NIL, Verbs
from stoker.sync.template.writer import Flags

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stoker.sync.template.bounds import Budget
    from stoker.sync.template.values import Value

_LARGEST = 1_000_000
_FLAGS = {ord("#"): "sharp", ord("0"): "zero", ord("+"): "plus", ord("-"): "minus", ord(" "): "space"}


def sprint(args: Sequence[Value], budget: Budget) -> bytes:
    """The values one after the other, with a space between two of which neither is a string."""
    writer = Verbs(budget)
    string = True
    for arg in args:
        before, string = string, isinstance(arg, bytes)
        if not before and not string:
            writer.write(b" ")
        writer.value(arg, "v")
    return writer.text()


def sprintln(args: Sequence[Value], budget: Budget) -> bytes:
    """The values with spaces between them and a newline at the end."""
    writer = Verbs(budget)
    for number, arg in enumerate(args):
        if number:
            writer.write(b" ")
        writer.value(arg, "v")
    writer.write(b"\n")
    return writer.text()


def sprintf(template: bytes, args: Sequence[Value], budget: Budget) -> bytes:
    """The values by the verbs of `template`; what does not suit is told in the text, as Go tells it."""
    return _Format(template, args, budget).run()


class _Format:
    """One run over a format."""

    def __init__(self, template: bytes, args: Sequence[Value], budget: Budget) -> None:
        self._format = template
        self._args = args
        self._budget = budget
        self._writer = Verbs(budget)
        self._at = 0  # in the format
        self._next = 0  # argument
        self._reordered = False
        self._good = True  # the last argument index was one
        self._indexed = False  # the item before was an argument index

    def run(self) -> bytes:
        text = self._format
        while True:
            percent = text.find(b"%", self._at)
            if percent < 0:
                self._writer.write(text[self._at :])
                break
            self._writer.write(text[self._at : percent])
            self._at = percent + 1
            self._budget.step()
            if not self._directive():
                break
        if not self._reordered and self._next < len(self._args):
            self._extra()
        return self._writer.text()

    def _directive(self) -> bool:
        """Do one directive, past its `%`; False where the format ends in it."""
        text, flags = self._format, Flags()
        self._writer.flags = flags
        self._good = True
        while self._at < len(text) and text[self._at] in _FLAGS:
            setattr(flags, _FLAGS[text[self._at]], True)
            self._at += 1
        self._index()
        self._width(flags)
        if self._at + 1 < len(text) and text[self._at] == 0x2E:
            self._at += 1
            self._precision(flags)
        if not self._indexed:
            self._index()
        if self._at >= len(text):
            self._writer.write(b"%!(NOVERB)")
            return False
        verb, width = rune_at(text, self._at)
        self._at += width
        self._verb(verb, flags)
        return True

    def _verb(self, verb: str, flags: Flags) -> None:
        if verb == "%":
            self._writer.write(b"%")
        elif not self._good:
            self._writer.write(b"%!" + verb.encode() + b"(BADINDEX)")
        elif self._next >= len(self._args):
            self._writer.write(b"%!" + verb.encode() + b"(MISSING)")
        else:
            if verb in "vw":
                flags.sharp_v, flags.sharp = flags.sharp, False
                flags.plus_v, flags.plus = flags.plus, False
            self._writer.value(self._args[self._next], verb)
            self._next += 1

    def _width(self, flags: Flags) -> None:
        if self._format[self._at : self._at + 1] == b"*":
            flags.width = self._star()
            if flags.width is None:
                self._writer.write(b"%!(BADWIDTH)")
            elif flags.width < 0:
                flags.width = -flags.width
                flags.minus = True
                flags.zero = False
        else:
            flags.width = self._number()
            if self._indexed and flags.width is not None:
                self._good = False

    def _precision(self, flags: Flags) -> None:
        if self._indexed:
            self._good = False
        self._index()
        if self._format[self._at : self._at + 1] == b"*":
            flags.precision = self._star()
            if flags.precision is not None and flags.precision < 0:
                flags.precision = None
            if flags.precision is None:
                self._writer.write(b"%!(BADPREC)")
        else:
            flags.precision = self._number() or 0

    def _star(self) -> int | None:
        """The next argument as a width or precision; None where it is none."""
        self._at += 1
        self._indexed = False
        if self._next >= len(self._args):
            return None
        value = self._args[self._next]
        self._next += 1
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _LARGEST:
            return None
        return int(value)

    def _number(self) -> int | None:
        """Digits at the present place; one that is too large takes the rest of the format with it, as in Go."""
        number, text, start = 0, self._format, self._at
        while self._at < len(text) and 0x30 <= text[self._at] <= 0x39:
            if number > _LARGEST:
                self._at = len(text)
                return None
            number = number * 10 + text[self._at] - 0x30
            self._at += 1
        return number if self._at > start else None

    def _index(self) -> None:
        """Take `[n]` if it comes."""
        text = self._format
        self._indexed = False
        if text[self._at : self._at + 1] != b"[":
            return
        self._reordered = True
        close = text.find(b"]", self._at) if len(text) - self._at >= 3 else -1
        digits = text[self._at + 1 : close] if close >= 0 else b""
        self._at = close + 1 if close >= 0 else self._at + 1
        number = _index_of(digits)
        self._indexed = number is not None
        if number is not None and 1 <= number <= len(self._args):
            self._next = number - 1
        else:
            self._good = False

    def _extra(self) -> None:
        self._writer.flags = Flags()
        self._writer.write(b"%!(EXTRA ")
        for number, arg in enumerate(self._args[self._next :]):
            if number:
                self._writer.write(b", ")
            if arg is None:
                self._writer.write(NIL)
            else:
                self._writer.write(type_name(arg).encode() + b"=")
                self._writer.value(arg, "v")
        self._writer.write(b")")


def _index_of(digits: bytes) -> int | None:
    """The number of an argument index; None where it is none, or crazily long."""
    number = 0
    for digit in digits:
        if not 0x30 <= digit <= 0x39 or number > _LARGEST:
            return None
        number = number * 10 + digit - 0x30
    return number if digits else None
