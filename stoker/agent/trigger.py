"""Why the sync loop should turn: reasons that gather until the loop takes them all at once."""

from __future__ import annotations

from typing import Final, Literal

import trio

Reason = Literal["start", "metadata", "gateway-seen", "gateway-answers", "gateway-running"]
MOMENTS: Final[tuple[Reason, ...]] = ("gateway-running", "gateway-answers")
"""The two moments after a gateway start that sync and scan, the more telling one first."""


class Trigger:
    """``fire`` is a plain function and may be called from callbacks; nothing fired is lost."""

    def __init__(self) -> None:
        self._reasons: set[Reason] = set()
        self._fired = trio.Event()

    def fire(self, reason: Reason) -> None:
        """One more reason."""
        self._reasons.add(reason)
        self._fired.set()

    async def take(self, timeout: float) -> set[Reason]:
        """All reasons since the last call; after ``timeout`` seconds of none, an empty set."""
        with trio.move_on_after(timeout):
            await self._fired.wait()
        reasons, self._reasons = self._reasons, set()
        self._fired = trio.Event()
        return reasons
