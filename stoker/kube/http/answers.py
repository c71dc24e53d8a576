"""An answer while its body arrives, and its end, whichever way it is left.

httpx hands a body on through generators within generators. One that is left half run, by an error or a cancellation where
its bytes are used, would be ended by the garbage collector, at some time and in no task. So they are run to their end: the
innermost is cancelled where it waits for the network, and the others end with it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import httpx
import trio

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

FOREIGN: Final = (httpx.HTTPError, httpx.InvalidURL)
CLOSE_SECONDS: Final = 2.0


class Arriving:
    """``pieces``: the body as it comes, to be iterated once; raises httpx's errors. ``ended``: it was read to its end."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer
        self.status = answer.status_code
        self.ended = False
        self.pieces: AsyncIterator[bytes] = answer.aiter_raw()

    @property
    def retry_after(self) -> float | None:
        """Seconds that the server asks to wait, when it says them as a number, as an API server does."""
        text = self._answer.headers.get("retry-after", "")
        return float(text) if text.isdecimal() else None

    async def whole(self, limit: int) -> bytes | None:
        """The whole body, None when it is longer than ``limit`` bytes."""
        chunks: list[bytes] = []
        size = 0
        async for piece in self.pieces:
            size += len(piece)
            if size > limit:
                return None
            chunks.append(piece)
        self.ended = True
        return b"".join(chunks)

    async def close(self) -> None:
        """Ends the body where it is."""
        with trio.move_on_after(0, shield=True), suppress(*FOREIGN):
            async for _ in self.pieces:
                pass
        with trio.move_on_after(CLOSE_SECONDS, shield=True):
            await self._answer.aclose()
