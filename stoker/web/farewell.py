"""The last answer on a kept connection says that it is the last, so that nobody meets a door that closes as he comes.

A client that keeps its connections (the API server, a proxy) learns of an end only by the connection's, and what it sends at
that very moment is lost: no client may send a POST twice by itself. So whoever is about to end tells each who still asks.
"""

from __future__ import annotations

from typing import Any

CLOSES = (b"connection", b"close")


class Farewell:
    """An ASGI application that passes everything through; once ``said`` is true every answer ends its connection."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.said = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Only HTTP answers are changed."""

        async def parting(message: dict[str, Any]) -> None:
            if self.said and message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), CLOSES]}
            await send(message)

        await self._app(scope, receive, parting if scope["type"] == "http" else send)
