"""What every plain ASGI function needs: a lifespan in which nothing happens, and one way of answering whole.

ASGI specification, "HTTP & WebSocket" and "Lifespan". A framework would cost memory and, for each request, time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence


async def _nothing() -> None:
    """Nothing is left to do."""


async def lifespan(receive: Any, send: Any, *, ending: Callable[[], Awaitable[None]] = _nothing) -> None:
    """Says yes to the start and, after ``ending``, which bounds itself, to the end."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            await ending()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def respond(
    send: Any, status: int, body: bytes, *, kind: bytes = b"application/json", more: Sequence[tuple[bytes, bytes]] = ()
) -> None:
    """The whole answer; ``more``: headers beside type and length."""
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
