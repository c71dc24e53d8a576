"""The body of a write that is asked for at the last moment whether it may go out.

Between a check and the sending lie the wait for a connection, TCP and TLS, and any time for which the process was frozen. The
body is the last part of a request, and without it a server does nothing, whatever it has read of the headers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


class FencedBody(httpx.AsyncByteStream):
    """``may_write`` raises when it may not go out; the connection is then closed. No generator, which nobody would close."""

    def __init__(self, body: bytes, may_write: Callable[[], None]) -> None:
        self._left = [body]
        self._may_write = may_write

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The body as one piece, once."""
        return self

    async def __anext__(self) -> bytes:
        """Asks, and gives it."""
        if not self._left:
            raise StopAsyncIteration
        self._may_write()
        return self._left.pop()
