"""The start gate: when the gateway may start, when the agent is ready. Values; their HTTP is elsewhere.

/startupz opens after the first successful sync; at once when paused; and, where a gateway has lived already, after the
first failed attempt or ten seconds, because a plant must restart while git is down. It never opens while a journal is
unsettled: nothing may start on half a change.
"""

from __future__ import annotations


class Gate:
    """``settled`` says that no journal is open; the gate opens only then and stays open."""

    def __init__(self) -> None:
        self._settled = False
        self._opened = False
        self._stopping = False
        self.reason = "the journal has not been looked at yet"

    def settled(self, yes: bool, reason: str = "") -> None:
        """Whether the data directory is whole."""
        self._settled = yes
        if not yes:
            self.reason = reason or "a merge is neither completed nor undone"

    def open(self) -> None:
        """The gateway may start, as soon as the directory is whole."""
        self._opened = True

    def stop(self) -> None:
        """SIGTERM: not ready any more."""
        self._stopping = True

    @property
    def started(self) -> bool:
        """/startupz."""
        return self._opened and self._settled

    @property
    def ready(self) -> bool:
        """/readyz: from the first opening until the stop, whatever later syncs do."""
        return self.started and not self._stopping
