"""What verbs write to, and the flags they write by: a buffer that asks the budget before it grows, and padding.

Asking before, not after, is the point: no width and no list of verbs can take memory that the bounds do not give.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.sync.template.unicode import decode
from stoker.values import Mutable

if TYPE_CHECKING:
    from stoker.sync.template.bounds import Budget


class Flags(Mutable):
    """What stands between `%` and the verb; width and precision are None where they are not given."""

    minus: bool = False
    plus: bool = False
    sharp: bool = False
    space: bool = False
    zero: bool = False
    plus_v: bool = False
    sharp_v: bool = False
    width: int | None = None
    precision: int | None = None


class Writer:
    """Collects what verbs write. Raises RefusedError when a bound of the budget is met."""

    __slots__ = ("_parts", "budget", "flags", "size")

    def __init__(self, budget: Budget) -> None:
        self.flags = Flags()
        self.budget = budget
        self._parts: list[bytes] = []
        self.size = 0

    def text(self) -> bytes:
        """All that was written."""
        return b"".join(self._parts)

    def write(self, data: bytes) -> None:
        """Write as it is."""
        self.budget.make(len(data), self.size)
        self.size += len(data)
        self._parts.append(data)

    def padding(self, count: int, *, zeros: bool) -> None:
        """Write `count` blanks, or zeros where they are asked for and stand to the left."""
        if count > 0:
            self.budget.make(0, self.size + count)
            self.write((b"0" if zeros and not self.flags.minus else b" ") * count)

    def pad(self, data: bytes, *, zeros: bool | None = None) -> None:
        """Write to the width, which counts runes; `zeros` overrules the flag."""
        zeros = self.flags.zero if zeros is None else zeros
        missing = self.flags.width - len(decode(data)) if self.flags.width else 0
        if not self.flags.minus:
            self.padding(missing, zeros=zeros)
        self.write(data)
        if self.flags.minus:
            self.padding(missing, zeros=zeros)
