"""What the simulated gateway saw and was asked, for tests to ask about.

``half_written`` is the one that must stay empty: a resource was hashed while a file that it lists was missing, its
resource.json was no JSON, or it lay there before its payloads. ``mixed`` names resources hashed with the payloads of one
commit and the resource.json of another, which only a gateway that reads without its scan lock should ever see.
"""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple

from stoker.values import Mutable, field

KEPT = 10_000


class Asked(NamedTuple):
    """One request: whether it carried a key, never which; ``status`` 0 while unanswered or torn off."""

    method: str
    path: str
    keyed: bool
    status: int


class Record(Mutable):
    """Paths are relative to the data directory; ``scans`` holds the kinds whose scan was asked for, in order."""

    half_written: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    rewritten: list[str] = field(default_factory=list)
    unwritable: list[str] = field(default_factory=list)
    scans: list[str] = field(default_factory=list)
    own_scans: list[str] = field(default_factory=list)
    locks: list[str] = field(default_factory=list)
    asked: deque[Asked] = field(default_factory=lambda: deque(maxlen=KEPT))

    def as_json(self) -> dict[str, Any]:
        """The record as ``GET /simulator/record`` gives it."""
        return {
            "halfWritten": self.half_written,
            "mixed": self.mixed,
            "rewritten": self.rewritten,
            "unwritable": self.unwritable,
            "scans": self.scans,
            "ownScans": self.own_scans,
            "locks": self.locks,
            "asked": [asked._asdict() for asked in self.asked],
        }
