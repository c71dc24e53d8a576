"""A rest after work that somebody else pays for, as a value: the slower they are, the longer they are left alone."""

from __future__ import annotations

import math
from typing import Final

from stoker.values import Value

TIMES: Final = 4.0


class Rest(Value, frozen=True):
    """``TIMES`` what the work took, so that it gets a fifth of the time at most; ``longest``: seconds."""

    longest: float = math.inf

    def after(self, took: float) -> float:
        """Seconds to rest after work of ``took`` seconds."""
        return min(self.longest, TIMES * took)
