"""The values a sync hands back: what it would change, what it changed, what a recovery found.

Paths are relative to the data directory and sorted, in a spelling that JSON can hold (`paths.shown`). They hold no
behaviour but counting.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Changes:
    """The difference a sync would make, or made. `unchanged` counts wanted files that are in place."""

    added: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    unchanged: int = 0

    @property
    def total(self) -> int:
        """How many files change."""
        return len(self.added) + len(self.modified) + len(self.deleted)


@dataclass(frozen=True)
class SyncResult:
    """A finished sync. `kept`: files of somebody else's that were overwritten or deleted and can be found in `kept_in`.

    duration: seconds from the beginning of the preparation to the end. `kept_in` is "" when nothing was kept.
    """

    added: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    unchanged: int = 0
    projects: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    kept_in: str = ""
    drift: tuple[str, ...] = ()
    duration: float = field(default=0.0, compare=False)

    @property
    def files_changed(self) -> int:
        """How many files were added, modified or deleted."""
        return len(self.added) + len(self.modified) + len(self.deleted)


@dataclass(frozen=True)
class Settlement:
    """How an unfinished merge ended: completed to `commit`, or undone. `kept` as in SyncResult."""

    outcome: Literal["completed", "undone"]
    commit: str
    changed: int
    kept: tuple[str, ...] = ()
