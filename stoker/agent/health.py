"""Whether one agent lives and is ready, as its probes and its composer ask.

Liveness says that the sync loop turns, and nothing about how syncs go: a restart mends neither git nor a gateway. A turn
may last, with a slow fetch and a slow disk; past half an hour it hangs. A git thread that hangs for ten minutes cannot be
ended from within and blocks every later fetch, which only a new process mends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import trio

from stoker.agent.gate import Gate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TURN_AT_MOST: Final = 1800.0
FETCH_HANGS_AFTER: Final = 600.0


class Health:
    """Given to an agent by whoever asks it. ``git_stuck``: what hangs there, "" when nothing does; ``on_started``: called
    once, when the gateway may start.
    """

    def __init__(
        self, git_stuck: Callable[[], str] = lambda: "", *, on_started: Callable[[], None] = lambda: None
    ) -> None:
        self.gate = Gate(on_started)
        self._git_stuck = git_stuck
        self._turning_since: Callable[[], float | None] = lambda: None

    def follow(self, turning_since: Callable[[], float | None]) -> None:
        """From now on this loop's turns count."""
        self._turning_since = turning_since

    def live(self) -> Mapping[str, str]:
        """/healthz: what only a new process can mend."""
        amiss: dict[str, str] = {}
        since = self._turning_since()
        if since is not None and trio.current_time() - since > TURN_AT_MOST:
            amiss["loop"] = f"one turn of the sync loop has run for more than {TURN_AT_MOST / 60:.0f} minutes"
        if stuck := self._git_stuck():
            amiss["git"] = stuck
        return amiss

    def ready(self) -> Mapping[str, str]:
        """/readyz."""
        return self.gate.unready_because()

    def started(self) -> Mapping[str, str]:
        """/startupz."""
        return self.gate.closed_because()


def hangs(stuck_since: Callable[[], float | None], *, after: float = FETCH_HANGS_AFTER) -> Callable[[], str]:
    """For ``git_stuck``: a git thread that tells since which trio time it hangs, None when it does not; ``after``: seconds."""

    def stuck() -> str:
        since = stuck_since()
        if since is None or trio.current_time() - since <= after:
            return ""
        return f"a git call has hung in its thread for more than {after:g} s"

    return stuck
