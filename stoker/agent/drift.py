"""What a sync does about files that somebody else changed, and which of them a gateway's start may not undo.

A new commit, profile or request restores everything. The syncs after a gateway start restore what changed since the
agent's first sync, or since a sync while the gateway last ran (commissioning, seeding), whatever the policy: a start
takes minutes, and what the timer's syncs see meanwhile is the start's own doing. Otherwise the policy decides; healing
pauses longer each time it had to act again, so that no fight with another writer goes on for ever at full speed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import trio

from stoker.nursery.backoff import exponential

if TYPE_CHECKING:
    from collections.abc import Iterable

HEAL_PAUSES: Final = exponential(30.0, 3600.0, jitter=0.0)
PEACE: Final = 2.0
"""Quiet for so many of the last pauses: the fight is over."""
Mode = Literal["restore", "report", "heal"]


class DriftRule:
    """One gateway's memory of drift. ``mode`` before a sync, ``seen`` after it."""

    def __init__(self) -> None:
        self._before_start: frozenset[str] | None = (
            None  # what differed before the gateway's start, and is spared by it
        )
        self._heals = 0
        self._healed_at = 0.0

    def mode(self, *, news: bool, moment: bool, policy: Literal["report", "heal"]) -> tuple[Mode, frozenset[str]]:
        """The engine's mode, and the paths it leaves alone. ``news``: new commit, profile or request."""
        if news:
            return "restore", frozenset()
        if moment:
            return "restore", (self._before_start or frozenset()) if policy == "report" else frozenset()
        if policy == "heal" and trio.current_time() >= self._healed_at + self._pause:
            return "heal", frozenset()
        return "report", frozenset()

    def seen(self, drift: Iterable[str], *, mode: Mode, spared: frozenset[str], calm: bool) -> tuple[str, ...]:
        """What still differs after the sync: ``report`` left all of ``drift``, the others only what was ``spared``.

        ``calm``: when the sync began, the gateway ran and no sync was owed to a start of it.
        """
        found = tuple(drift)
        if mode == "heal":
            self._count(fought=bool(found))
        left = found if mode == "report" else tuple(path for path in found if path in spared)
        if calm or self._before_start is None:
            self._before_start = frozenset(left)
        return left

    @property
    def _pause(self) -> float:
        return HEAL_PAUSES.delay(self._heals) if self._heals else 0.0

    def _count(self, *, fought: bool) -> None:
        now = trio.current_time()
        if fought:
            self._heals += 1
            self._healed_at = now
        elif now - self._healed_at >= PEACE * self._pause:
            self._heals = 0
