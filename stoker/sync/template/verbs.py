"""One value by one verb: Go's fmt for the kinds of value a template can hold, with all flags, width and precision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.sync.template.bounds import RefusedError
from stoker.sync.template.numerals import Numerals
from stoker.sync.template.quoting import can_backquote, quote
from stoker.sync.template.unicode import decode, encode
from stoker.sync.template.values import Byte, Root, Table, type_name

if TYPE_CHECKING:
    from stoker.sync.template.values import Value

NIL = b"<nil>"
_SLOW = 8  # characters that are looked at one by one, to a step


class Verbs(Numerals):
    """Writes values of every kind."""

    __slots__ = ()

    def value(self, value: Value, verb: str) -> None:
        """Write an argument by a verb; a verb that does not suit it is written as `%!verb(type=value)`."""
        if verb == "T":
            if value is None:
                self.pad(NIL)
            else:
                self._string(type_name(value).encode(), "s")
        elif verb == "p":
            if isinstance(value, Table):
                raise RefusedError("%p of a map is an address in memory, which differs from run to run")
            self._bad(value, verb)
        elif value is None:
            self.pad(NIL) if verb == "v" else self._bad(value, verb)
        else:
            self._inner(value, verb)

    def _inner(self, value: Value, verb: str) -> None:
        """Write an argument or a part of one."""
        suits = True
        match value:
            case bytes():
                self._string(value, verb)
            case bool():
                suits = verb in "tv"
                if suits:
                    self.pad(b"true" if value else b"false")
            case int():
                suits = self.write_integer(value, verb, signed=not isinstance(value, Byte))
            case float():
                suits = self.write_float(value, verb)
            case complex():
                suits = self.write_complex(value, verb)
            case Table() | Root():
                suits = verb != "w"
                if suits:
                    self._composite(value, verb)
        if not suits:
            self._bad(value, verb)

    def _bad(self, value: Value, verb: str) -> None:
        self.write(b"%!" + encode(verb) + b"(")
        if value is None:
            self.write(NIL)
        else:
            self.write(type_name(value).encode() + b"=")
            self._inner(value, "v")
        self.write(b")")

    # --- strings
    def _string(self, data: bytes, verb: str) -> None:
        if verb == "v":
            verb = "q" if self.flags.sharp_v else "s"
        if verb == "s":
            self.pad(self._truncated(data))
        elif verb in ("x", "X"):
            self._dump(data, upper=verb == "X")
        elif verb == "q":
            self._quoted(decode(self._truncated(data)))
        else:
            self._bad(data, verb)

    def _truncated(self, data: bytes) -> bytes:
        precision = self.flags.precision
        if precision is None or len(data) <= precision:
            return data
        # No rune has more than four bytes, and one that the cut breaks is not among the first.
        return encode(decode(data[: 4 * precision + 4])[:precision])

    def _quoted(self, text: str) -> None:
        if self.flags.sharp and can_backquote(text):
            self.pad(encode(f"`{text}`"))
            return
        self.budget.step(len(text) // _SLOW)
        self.pad(encode(quote(text, ascii_only=self.flags.plus)))

    def _dump(self, data: bytes, *, upper: bool) -> None:
        """The bytes in hexadecimal; the precision counts bytes, and a space parts them."""
        flags = self.flags
        data = data if flags.precision is None else data[: flags.precision]
        if not data:
            self.padding(flags.width or 0, zeros=flags.zero)
            return
        self.budget.make(0, self.size + len(data) * (5 if flags.sharp and flags.space else 3 if flags.space else 2))
        prefix = "0x" if flags.sharp else ""
        text = prefix + (data.hex(" ").replace(" ", " " + prefix) if flags.space else data.hex())
        text = text.upper() if upper else text
        missing = (flags.width or 0) - len(text)
        if not flags.minus:
            self.padding(missing, zeros=flags.zero)
        self.write(text.encode())
        if flags.minus:
            self.padding(missing, zeros=flags.zero)

    # --- composites
    def _composite(self, value: Table | Root, verb: str) -> None:
        flags = self.flags
        self.write(type_name(value).encode() + b"{" if flags.sharp_v else b"{" if isinstance(value, Root) else b"map[")
        separator = b""
        if isinstance(value, Table):
            for key, item in value.items():
                self.write(separator)
                self._string(key, verb)
                self.write(b":")
                self._string(item, verb)
                separator = b", " if flags.sharp_v else b" "
        else:
            for name, field in value.items():
                self.write(separator)
                if flags.sharp_v or flags.plus_v:
                    self.write(encode(name) + b":")
                self._inner(field, verb)
                separator = b", " if flags.sharp_v else b" "
        self.write(b"}" if flags.sharp_v or isinstance(value, Root) else b"]")
