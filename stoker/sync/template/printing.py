"""Go's Sprint, Sprintln and Sprintf: which argument goes by which verb, with `*` and argument indexes."""

from __future__ import annotations

import re
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
_LONGEST = 9  # digits, of which the last is one too many
_SLOW = 64  # bytes of a format that are passed at one stroke, to a step
_DIRECTIVE = 2  # steps
_FLAGGED = re.compile(rb"[-+# 0]*+")
_DIGITS = re.compile(rb"[0-9]*+")
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
            self._budget.step(_DIRECTIVE)
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
        for flag in set(self._run(_FLAGGED)):
            setattr(flags, _FLAGS[flag], True)
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
        digits = self._run(_DIGITS)
        number = _limited(digits)
        if digits and number is None:
            self._at = len(self._format)
        return number

    def _run(self, pattern: re.Pattern[bytes]) -> bytes:
        """Take what `pattern` matches here; a long run costs steps, as all that is looked at does."""
        match = pattern.match(self._format, self._at)
        run = match[0] if match else b""
        self._at += len(run)
        self._budget.step(len(run) // _SLOW)
        return run

    def _index(self) -> None:
        """Take `[n]` if it comes."""
        text = self._format
        self._indexed = False
        if text[self._at : self._at + 1] != b"[":
            return
        self._reordered = True
        close = text.find(b"]", self._at) if len(text) - self._at >= 3 else -1
        self._budget.step(((close if close >= 0 else len(text)) - self._at) // _SLOW)
        digits = text[self._at + 1 : close] if close >= 0 else b""
        self._at = close + 1 if close >= 0 else self._at + 1
        number = _limited(digits) if _DIGITS.fullmatch(digits) else None
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


def _limited(digits: bytes) -> int | None:
    """A number by Go's rule that stops reading once it passed a million, so that a few over ten million pass."""
    number = 0
    for digit in digits.lstrip(b"0")[:_LONGEST]:
        if number > _LARGEST:
            return None
        number = number * 10 + digit - 0x30
    return number if digits else None
