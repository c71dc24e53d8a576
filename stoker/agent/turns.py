"""When to begin a write into a map that many agents share: nobody tells whose turn it is, so each waits a random while.

An API server answers merge patches of one object without conflict, but it does so by beginning each again that another has
overtaken: of a hundred that begin at once one gets through at a time, some five thousand attempts in all, which take longer
than any of them is waited for. So they begin at random within eight times as long as they take one after another, as far as
each agent can tell from its own; and one that is not through in a moment leaves the field, for whoever stays in it holds up
all others, and comes again later. Twenty that begin at once are through in a moment: small fleets wait for nothing.
"""

from __future__ import annotations

import math
import random
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

ROOM: Final = 8.0
"""Times as long as the writes themselves take."""
FEW: Final = 20
UNKNOWN: Final = 0.03
SHORTEST: Final = 0.005
LONGEST: Final = 0.2
REMEMBERED: Final = 5
MOST: Final = 20.0
MOMENT: Final = 1.0


class Turns:
    """Of one map. ``told``: how many write into it as others say; ``seen``: as the map did. The asking one is included."""

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        self.told = 1
        self.seen = 1
        self._chance = chance
        self._took: deque[float] = deque(maxlen=REMEMBERED)
        self._failures = 0

    @property
    def sharers(self) -> int:
        """How many there are at least."""
        return max(self.told, self.seen)

    def pause(self) -> float:
        """Seconds until the next write may begin."""
        took = sorted(self._took) or [UNKNOWN]
        one = min(max(took[len(took) // 2], SHORTEST), LONGEST)  # the middle one; a module for it would be 0.3 MB more
        span: float = max(self.sharers - FEW, 0) * one * ROOM * 2.0**self._failures
        return min(span, MOST) * self._chance()

    def patience(self) -> float:
        """Seconds that a write is waited for: longer each time, because a server may just be slow."""
        return MOMENT * 2.0**self._failures if self.sharers > FEW else math.inf

    def wrote(self, took: float, *, sharers: int) -> None:
        """A write got through in ``took`` seconds, in its turn among so many."""
        self._took.append(took)
        self._failures = 0
        self.seen = sharers

    def failed(self) -> None:
        """It did not: there is less room than was thought."""
        self._failures = min(self._failures + 1, 5)
