"""When to begin a write into a map that many agents share: nobody tells whose turn it is, so each waits a random while.

An API server answers merge patches of one object without conflict, but it does so by beginning each again that another has
overtaken: of a hundred that begin at once one gets through at a time, some five thousand attempts in all, which take longer
than any of them is waited for. Begun at random within three times as long as they take one after another, nearly all get
through at once. How long one takes, each agent knows from its own.
"""

from __future__ import annotations

import random
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

ROOM: Final = 3.0
"""Times as long as the writes themselves take."""
UNKNOWN: Final = 0.02
SHORTEST: Final = 0.005
LONGEST: Final = 0.2
REMEMBERED: Final = 5
MOST: Final = 30.0


class Turns:
    """Of one map. ``sharers``: how many write into it, the asking one included; alone it never waits."""

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        self.sharers = 1
        self._chance = chance
        self._took: deque[float] = deque(maxlen=REMEMBERED)
        self._failures = 0

    def pause(self) -> float:
        """Seconds until the next write may begin."""
        one: float = min(max(min(self._took, default=UNKNOWN), SHORTEST), LONGEST)
        span: float = (self.sharers - 1) * one * ROOM * 2.0**self._failures
        return min(span, MOST) * self._chance()

    def wrote(self, took: float, *, sharers: int) -> None:
        """A write got through in ``took`` seconds. Of several the quickest tells how long one takes that nobody overtakes."""
        self._took.append(took)
        self._failures = 0
        self.sharers = sharers

    def failed(self) -> None:
        """It did not: there is less room than was thought."""
        self._failures = min(self._failures + 1, 5)
