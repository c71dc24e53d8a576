"""The values a sync hands back: what it would change, what it changed, what a recovery found.

Paths are relative to the data directory and sorted, in a spelling that JSON can hold (`paths.shown`). They hold no
behaviour but counting.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import Literal

from stoker.values import Value


class Changes(Value, frozen=True):
    """The difference a sync would make, or made. `unchanged` counts wanted files that are in place.

    warnings: what is no error and yet is likely not what somebody meant, one sentence each.
    """

    added: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    unchanged: int = 0
    warnings: tuple[str, ...] = ()

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

    def then(self, later: SyncResult) -> SyncResult:
        """This and a later merge of the same sync, told as one."""
        kept_in, kept = later.kept_in or self.kept_in, self.kept + later.kept
        if self.kept_in and later.kept_in and self.kept_in != later.kept_in:
            kept_in = posixpath.commonpath((self.kept_in, later.kept_in))
            kept = tuple(
                f"{posixpath.relpath(one.kept_in, kept_in)}/{path}" for one in (self, later) for path in one.kept
            )
        return SyncResult(
            _both(self.added, later.added, but=self.modified),
            _both(self.modified, later.modified, but=self.added),
            _both(self.deleted, later.deleted),
            later.unchanged,
            later.projects,
            tuple(sorted(kept)),
            kept_in,
            _both(self.drift, later.drift),
            self.duration + later.duration,
        )


def _both(one: tuple[str, ...], other: tuple[str, ...], *, but: tuple[str, ...] = ()) -> tuple[str, ...]:
    """All of `one`, and of `other` what is not in `but`: a file counts once, as what happened to it first."""
    return tuple(sorted({*one, *other} - set(but)))


class Settlement(Value, frozen=True):
    """How an unfinished merge ended: completed to `commit`, or undone. `kept` as in SyncResult."""

    outcome: Literal["completed", "undone"]
    commit: str
    changed: int
    kept: tuple[str, ...] = ()
