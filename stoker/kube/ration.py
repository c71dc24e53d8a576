"""How often one object may be spoken of: a burst, and then now and then, as client-go rations events.

An event that comes with every pass of a loop that has gone wrong would else be a write for each, to the one server that
everybody needs. On Trio's clock; what is not used is forgotten.
"""

from __future__ import annotations

from typing import Final

import trio

from stoker.values import Mutable

BURST: Final = 25
REFILL_SECONDS: Final = 300.0
FORGET_ABOVE: Final = 1000
"""Objects remembered; beyond that, those with a full ration are dropped, for they are as good as never met."""


class _Left(Mutable):
    amount: float
    at: float


class Ration:
    """``BURST`` for each key, one more every ``REFILL_SECONDS``."""

    def __init__(self) -> None:
        self._left: dict[str, _Left] = {}

    def take(self, key: str) -> bool:
        """Whether there is one for ``key``; it is used up then."""
        now = trio.current_time()
        left = self._left.get(key)
        if left is None:
            self._forget(now)
            left = self._left[key] = _Left(BURST, now)
        left.amount, left.at = self._amount(left, now), now
        if left.amount < 1:
            return False
        left.amount -= 1
        return True

    def _amount(self, left: _Left, now: float) -> float:
        return min(BURST, left.amount + (now - left.at) / REFILL_SECONDS)

    def _forget(self, now: float) -> None:
        if len(self._left) >= FORGET_ABOVE:
            self._left = {key: left for key, left in self._left.items() if self._amount(left, now) < BURST}
