"""Which repositories need not introduce themselves, because they did a moment ago. It knows nothing of HTTP."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.git.credentials import Credentials

KNOWN_SECONDS: Final = 600.0
KNOWN: Final = 1_000
"""Repositories remembered."""


class Known:
    """Repositories that spoke version 2 a moment ago, at the very URL and with the same credential: they are asked at once.

    An advertisement says nothing but that, and costs a round trip and, on a server of CGI, a process. A redirect is not
    remembered, for it may lead elsewhere by now.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._until: dict[tuple[str, str], float] = {}

    def has(self, url: str, credentials: Credentials) -> bool:
        """Whether to ask at once."""
        return self._until.get((url, credentials.fingerprint), 0.0) > self._now()

    def note(self, url: str, credentials: Credentials) -> None:
        """It spoke version 2."""
        if len(self._until) >= KNOWN:
            self._until.clear()
        self._until[url, credentials.fingerprint] = self._now() + KNOWN_SECONDS

    def forget(self, url: str, credentials: Credentials) -> None:
        """It is to introduce itself again."""
        self._until.pop((url, credentials.fingerprint), None)
