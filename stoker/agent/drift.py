"""What a sync does about files that somebody else changed, and which of them a gateway's start may not undo.

A new commit, profile or request restores everything. The syncs after a gateway start restore what changed since the
files were looked at last before it (commissioning, seeding), whatever the policy. Otherwise the policy decides; healing
pauses longer each time it had to act again, so that no fight with another writer goes on for ever at full speed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import trio

from stoker.nursery.backoff import exponential

if TYPE_CHECKING:
    from collections.abc import Iterable

HEAL_PAUSES = exponential(30.0, 3600.0, jitter=0.0)
Mode = Literal["restore", "report", "heal"]


class DriftRule:
    """One gateway's memory of drift."""

    def __init__(self) -> None:
        self._reported: frozenset[str] = frozenset()
        self._heals = 0
        self._not_before = 0.0

    def mode(self, *, news: bool, moment: bool, policy: Literal["report", "heal"]) -> tuple[Mode, frozenset[str]]:
        """The engine's mode, and the paths it leaves alone. ``news``: new commit, profile or request."""
        if news:
            return "restore", frozenset()
        if moment:
            return "restore", self._reported if policy == "report" else frozenset()
        if policy == "heal" and trio.current_time() >= self._not_before:
            return "heal", frozenset()
        return "report", frozenset()

    def seen(self, drift: Iterable[str], *, mode: Mode, spared: frozenset[str]) -> None:
        """What the sync found: ``report`` leaves it, the others restored all but ``spared``."""
        found = frozenset(drift)
        if mode == "report":
            self._reported = found
            return
        self._reported = found & spared
        if mode == "heal" and found:
            self._heals += 1
            self._not_before = trio.current_time() + HEAL_PAUSES.delay(self._heals)
        elif mode == "heal":
            self._heals = 0

    def left(self, drift: Iterable[str], *, mode: Mode, spared: frozenset[str]) -> tuple[str, ...]:
        """What still differs after that sync."""
        return tuple(drift) if mode == "report" else tuple(path for path in drift if path in spared)
