"""The gateway's wall clock, told by Trio's: milliseconds that go on with a virtual clock, and never stand still."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import trio


class WallClock:
    """Milliseconds since 1970; each reading is newer than the one before."""

    def __init__(self) -> None:
        self._base: float | None = None
        self._last = 0

    def milliseconds(self) -> int:
        """Now; to be asked inside Trio."""
        if self._base is None:
            self._base = time.time() - trio.current_time()
        self._last = max(self._last + 1, int((self._base + trio.current_time()) * 1000))
        return self._last


def iso(milliseconds: int) -> str:
    """As Ignition writes times into resource.json: UTC, whole seconds."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
