"""The body of a request; of a write that must be allowed it is asked for at the last moment whether it may go out.

Between a check and the sending lie the wait for a connection, TCP and TLS, and any time for which the process was frozen. The
body is the last part of a request, and without it a server does nothing, whatever it has read of the headers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from stoker.nursery.once import Once

if TYPE_CHECKING:
    from collections.abc import Callable


class Body(Once[bytes], httpx.AsyncByteStream):
    """Empty where there is none."""


class FencedBody(Body):
    """``may_write`` raises when it may not go out; the connection is then closed."""

    def __init__(self, body: bytes, may_write: Callable[[], None]) -> None:
        super().__init__(body)
        self._may_write = may_write

    async def __anext__(self) -> bytes:
        """Asks, and gives it."""
        if self._left:
            self._may_write()
        return await super().__anext__()
