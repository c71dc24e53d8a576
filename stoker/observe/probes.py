"""Liveness and readiness as values: liveness says that the loop turns, readiness what is not ready and why."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Liveness:
    """Alive while the last ``beat()`` is at most ``max_silence`` seconds ago."""

    def __init__(self, max_silence: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_silence = max_silence
        self._clock = clock
        self._last = clock()

    def beat(self) -> None:
        """The loop turned."""
        self._last = self._clock()

    @property
    def alive(self) -> bool:
        """Whether it turned lately."""
        return self._clock() - self._last <= self._max_silence


class Readiness:
    """Ready when every named part is; a part unknown so far is not."""

    def __init__(self, *parts: str) -> None:
        self._reasons: dict[str, str] = dict.fromkeys(parts, "not started")

    def set(self, part: str, ready: bool, reason: str = "not ready") -> None:
        """Tells about one part."""
        if ready:
            self._reasons.pop(part, None)
        else:
            self._reasons[part] = reason

    def forget(self, part: str) -> None:
        """There is no such part any more."""
        self._reasons.pop(part, None)

    @property
    def ready(self) -> bool:
        """Whether nothing is amiss."""
        return not self._reasons

    @property
    def reasons(self) -> Mapping[str, str]:
        """What is not ready, and why."""
        return dict(self._reasons)
