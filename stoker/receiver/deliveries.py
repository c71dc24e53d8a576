"""Deliveries seen within a day, bounded: a sender that repeats itself is answered and not acted on again."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import trio

DAY: Final = 24 * 3600.0
MOST: Final = 10_000


class Deliveries:
    """Remembered only after a successful write, so that a failed one can be repeated."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[str, str], float] = OrderedDict()

    def seen(self, path: str, delivery: str) -> bool:
        """Whether this id was acted on at this path within a day."""
        moment = self._seen.get((path, delivery)) if delivery else None
        return moment is not None and trio.current_time() - moment < DAY

    def remember(self, path: str, delivery: str) -> None:
        """Acted on."""
        if not delivery:
            return
        self._seen[path, delivery] = trio.current_time()
        self._seen.move_to_end((path, delivery))
        while len(self._seen) > MOST:
            self._seen.popitem(last=False)
