"""Whether an application really started, learned from itself.

hypercorn reports a server as started although the application's own start failed: an error there is taken for a missing
feature and it serves on. So the application's lifespan is watched here, on its way through.
"""

from __future__ import annotations

from typing import Any

import trio


class Gate:
    """An ASGI application that tells how the one it wraps fares. ``failure``: why it did not start or ended, if known."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.decided = trio.Event()
        self.started = False
        self.ended = trio.Event()
        self.failure = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Requests pass through; the lifespan is watched."""
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return

        async def watched(message: dict[str, Any]) -> None:
            if message["type"] == "lifespan.startup.failed":
                raise _RefusedError(message.get("message", ""))
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                self.started = True
                self.decided.set()

        try:
            await self._app(scope, receive, watched)
        except _RefusedError as error:
            self.failure = str(error)
            raise
        except Exception as error:
            self.failure = f"{type(error).__name__}: {error}"
            raise
        finally:
            self.decided.set()
            self.ended.set()


class _RefusedError(Exception):
    """The application said itself that it cannot start."""
