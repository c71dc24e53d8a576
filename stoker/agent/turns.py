"""When to begin a write into a map that many agents share: nobody tells whose turn it is, but the map tells who they are.

An API server answers merge patches of one object without conflict, but it does so by beginning each again that another has
overtaken: of twenty that begin at once one gets through at a time, in some hundred and fifty attempts in all; of a hundred
it is thousands, which take longer than any of them is waited for. What makes them write, a new commit, reaches them at one
moment; so they begin one after another in the order of their keys, each a little after the one before should be through. How
long a write takes grows with the map, and all reckon with the same time unless their own writes have always taken longer:
places that each measured by itself would overlap. Who has no key in the map yet begins at random within twice the time of
all, and one that was not through in a moment at random within that time: it leaves the field, for whoever stays in it holds
up all others, and comes again with more room each time. A redundant pair waits for nothing.
"""

from __future__ import annotations

import math
import random
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

STEP: Final = 2.0
"""Times as long as a write takes, from one place to the next."""
FEW: Final = 3
CROWD: Final = 20
"""As many are through in a moment, even when they begin at once."""
SHORTEST: Final = 0.012
EACH: Final = 0.00008
"""Seconds by which each key of a map makes a write of it longer, on a small API server."""
LONGEST: Final = 0.25
"""A bound: what takes longer is not the map's doing."""
REMEMBERED: Final = 5
SOME: Final = 3
"""Own writes that tell more than chance: one alone may have met others."""
MOMENT: Final = 1.0
MOST: Final = 4
"""Failures in a row that leave more room each time: those that are left are few by then."""


class Turns:
    """Of one map, for the one who writes ``key``. ``told``: how many write into it as others say; ``second``: whoever comes
    has just had a turn in another map, so all come in their order already, and begin when the last has left that one.
    """

    def __init__(self, key: str, *, second: bool = False, chance: Callable[[], float] = random.random) -> None:
        self.told = 1
        self._second = second
        self._key = key
        self._chance = chance
        self._seen = 1
        self._before: int | None = None
        self._took: deque[float] = deque(maxlen=REMEMBERED)
        self._failures = 0

    @property
    def sharers(self) -> int:
        """How many there are at least, the asking one included."""
        return max(self.told, self._seen)

    @property
    def curious(self) -> bool:
        """Whether the next answer should say who writes into the map; of a large one, when all are known, it need not."""
        return self.sharers <= CROWD or self._before is None or self._seen != self.told

    def saw(self, keys: Collection[str]) -> None:
        """What the map held: who writes into it, and how many of them come before."""
        self._seen = max(1, len(keys))
        self._before = sum(key < self._key for key in keys) if self._key in keys else None

    def pause(self) -> float:
        """Seconds until the next write may begin."""
        span = max(self.sharers - FEW, 0) * self._one() * STEP
        if self._before is None or self._failures:
            unknown = self._before is None
            return span * 2.0 ** (unknown + max(self._failures - 1, 0)) * self._chance()
        if self._second:
            return span
        # Of those whose keys came later than ours was written none is known: chance spreads them over our place.
        share = 1.0 / STEP if self._seen >= self.told else 1.0
        return span * (self._before + share * self._chance()) / self._seen

    def _one(self) -> float:
        """Seconds that a write takes, as all reckon, or as the shortest of some own ones took when that was longer."""
        usual = max(SHORTEST, EACH * self.sharers)
        own = min(self._took) if len(self._took) >= SOME else usual
        return min(max(own, usual), LONGEST)

    def patience(self) -> float:
        """Seconds that a write is waited for: longer each time, because a server may just be slow."""
        return MOMENT * 2.0**self._failures if self.sharers > CROWD else math.inf

    def wrote(self, took: float, keys: Collection[str] | None) -> None:
        """A write got through in ``took`` seconds; what the map held then, where that was told."""
        self._took.append(took)
        self._failures = 0
        if keys is not None:
            self.saw(keys)

    def failed(self) -> None:
        """It did not: there is less room than was thought."""
        self._failures = min(self._failures + 1, MOST)
