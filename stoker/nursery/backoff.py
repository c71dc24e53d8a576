"""Backoff as a value: an immutable sequence of delays and a share of jitter, so that peers do not retry in step."""

from __future__ import annotations

import random as _random
from typing import TYPE_CHECKING

from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable


class Backoff(Value, frozen=True):
    """``delays`` in seconds for the first, second, … failure, the last for all later ones; ``jitter`` as a share of each."""

    delays: tuple[float, ...]
    jitter: float = 0.1

    def delay(self, failures: int, *, random: Callable[[], float] = _random.random) -> float:
        """Seconds to wait after ``failures`` (at least 1) failures in a row."""
        base = self.delays[min(failures, len(self.delays)) - 1]
        return base * (1 - self.jitter + 2 * self.jitter * random())


def exponential(first: float, most: float, *, jitter: float = 0.1) -> Backoff:
    """Doubling from ``first`` up to ``most``."""
    delays = [first]
    while delays[-1] < most:
        delays.append(min(most, delays[-1] * 2))
    return Backoff(tuple(delays), jitter)
