"""The pause after a failure: 30 s doubling to 5 min, forgotten on success and whenever something else is asked for."""

from __future__ import annotations

from typing import Final

import trio

from stoker.nursery.backoff import Backoff, exponential

BACKOFF: Final = exponential(30.0, 300.0)


class Patience:
    """Times are those of the trio clock."""

    def __init__(self, backoff: Backoff = BACKOFF) -> None:
        self._backoff = backoff
        self._failures = 0
        self._not_before: float | None = None

    @property
    def holds(self) -> bool:
        """Is it too early for another attempt?"""
        return self._not_before is not None and trio.current_time() < self._not_before

    @property
    def left(self) -> float | None:
        """Seconds until the next attempt is due; None when none is appointed, or its time has come and gone."""
        return self._not_before - trio.current_time() if self._not_before is not None and self.holds else None

    def failed(self) -> None:
        """One more failure in a row."""
        self._failures += 1
        self._not_before = trio.current_time() + self._backoff.delay(self._failures)

    def reset(self) -> None:
        """Success, or another aim."""
        self._failures, self._not_before = 0, None
