"""How long a resource's failures wait: 30, 60, 120, 240, 300 s, as a value that a success, a new generation or a request resets.

A pass may come early, because a pod moved or a report arrived; what still fails then is the same failure, and neither counts
again nor moves the time of its retry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stoker.errors import AlreadyExists, ClusterUnreachable, Conflict, Forbidden
from stoker.nursery.backoff import Backoff
from stoker.values import Mutable

if TYPE_CHECKING:
    from stoker.errors import StokerError

FAILURES: Final = Backoff((30.0, 60.0, 120.0, 240.0, 300.0), jitter=0.0)
OUT_OF_REACH: Final = Backoff((3.0, 5.0, 8.0, 12.0, 15.0), jitter=0.0)
"""While the API server cannot be reached: what a pass could not do then must not wait for minutes once it can be."""
SOON: Final = 1.0
"""Seconds after which what somebody else changed meanwhile is read again: no failure, and not counted as one."""
AGAIN: Final = 3.0
"""Seconds after which a first refusal is doubted: an API server that has just started refuses everybody until it has read its
roles. The next one is believed.
"""
TOLERANCE: Final = 1e-6
"""Seconds by which a timer may come early: sums of floats do."""


class Retries(Mutable):
    """``pause``: seconds between the last failure and its retry; ``due``: that retry's time in Trio seconds; ``refused``: a
    refusal was doubted already."""

    failures: int = 0
    pause: float = 0.0
    due: float | None = None
    refused: bool = False

    def failed(self, error: StokerError, now: float) -> None:
        """Counts the failure, unless it is one that still waits for its retry. ``retry_after`` of the error is obeyed."""
        if self.holds(now):
            return
        if isinstance(error, Conflict | AlreadyExists):
            self.pause = SOON
        elif isinstance(error, Forbidden) and not self.refused:
            self.refused, self.pause = True, AGAIN
        else:
            self.failures += 1
            pauses = OUT_OF_REACH if isinstance(error, ClusterUnreachable) else FAILURES
            self.pause = error.retry_after or pauses.delay(self.failures)
        self.due = now + self.pause

    def holds(self, now: float) -> bool:
        """A retry is due, and not yet."""
        return self.due is not None and now < self.due - TOLERANCE

    def left(self, now: float) -> float | None:
        """Seconds until the retry, None when none is due."""
        return None if self.due is None else max(0.0, self.due - now)

    def reset(self) -> None:
        """Forgets every failure."""
        self.failures, self.pause, self.due, self.refused = 0, 0.0, None, False
