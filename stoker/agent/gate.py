"""The start gate: when the gateway may start, when the agent is ready. Values; their HTTP is elsewhere.

/startupz opens after the first successful sync; at once when paused; and, where a gateway has lived already, after the
first failed attempt or ten seconds, because a plant must restart while git is down. It never opens while a journal is
unsettled: nothing may start on half a change. /readyz follows that first opening and stays until the stop: a 503 because
of a later sync would take a running gateway out of its Service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Gate:
    """``settled`` says that no journal is open; the gate opens only then and stays open."""

    def __init__(self, on_started: Callable[[], None] = lambda: None) -> None:
        """``on_started``: called once, when the gateway may start."""
        self._on_started = on_started
        self._settled = False
        self._opened = False
        self._was_started = False
        self._stopping = False
        self._unsettled = "the data directory has not been looked at yet"

    def settled(self, yes: bool, reason: str = "") -> None:
        """Whether the data directory is whole."""
        self._settled = yes
        self._unsettled = reason or "a merge is neither completed nor undone"
        self._look()

    def open(self) -> None:
        """The gateway may start, as soon as the directory is whole."""
        self._opened = True
        self._look()

    def stop(self) -> None:
        """SIGTERM: not ready any more."""
        self._stopping = True

    @property
    def opened(self) -> bool:
        """Has anything opened it, journal or not?"""
        return self._opened

    @property
    def started(self) -> bool:
        """/startupz."""
        return self._opened and self._settled

    @property
    def ready(self) -> bool:
        """/readyz: from the first opening until the stop, whatever later syncs do."""
        return self._was_started and not self._stopping

    def _look(self) -> None:
        if self.started and not self._was_started:
            self._was_started = True
            self._on_started()

    def closed_because(self) -> Mapping[str, str]:
        """What keeps /startupz at 503; empty when nothing does."""
        if not self._settled:
            return {"journal": self._unsettled}
        return {} if self._opened else {"sync": "no sync has succeeded yet"}

    def unready_because(self) -> Mapping[str, str]:
        """What keeps /readyz at 503; empty when nothing does."""
        if self._stopping:
            return {"process": "stopping"}
        return {} if self._was_started else self.closed_because()
