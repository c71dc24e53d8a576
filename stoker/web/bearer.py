"""An ASGI application behind a bearer token: who may pass is somebody else's judgement, how it is said is HTTP's.

What cannot be judged is not let through. Refusals are told in the log now and then and not each, for whoever knocks could
otherwise fill it; the token is in none of them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import trio

from stoker.errors import StokerError
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Judge = Callable[[str, str], Awaitable[str]]
    """Token and path to ``allowed``, ``unknown`` or ``forbidden``; StokerError or TooSlowError when it cannot be told."""

QUIET_SECONDS: Final = 10.0
PATH_LIMIT: Final = 200
ANSWERS: Final = {
    "unknown": (401, "send a valid bearer token: Authorization: Bearer TOKEN"),
    "forbidden": (403, "the bearer of this token may not read this; bind a role with get on this nonResourceURL"),
    "failed": (503, "the token could not be checked; try again"),
}


class Guarded:
    """``app`` for those whom ``judge`` allows."""

    def __init__(self, app: Any, judge: Judge) -> None:
        self._app = app
        self._judge = judge
        self._log = get_logger("web.bearer")
        self._silent_until = float("-inf")

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """One request, or the application's lifespan."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        verdict = await self._verdict(scope)
        if verdict == "allowed":
            await self._app(scope, receive, send)
            return
        status, why = ANSWERS[verdict]
        body = json.dumps({"error": why}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        if status == 401:
            headers.append((b"www-authenticate", b"Bearer"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _verdict(self, scope: dict[str, Any]) -> str:
        token = _token(scope)
        error = ""
        try:
            verdict = await self._judge(token, scope["path"]) if token else "unknown"
        except StokerError as failure:
            verdict, error = "failed", str(failure)
        except trio.TooSlowError:
            verdict, error = "failed", "no answer in time"
        if verdict != "allowed":
            self._tell(scope["path"], verdict, error)
        return verdict

    def _tell(self, path: str, verdict: str, error: str) -> None:
        now = trio.current_time()
        if now >= self._silent_until:
            self._silent_until = now + QUIET_SECONDS
            more = {"error": error} if error else {}
            self._log.warning("request_refused", path=path[:PATH_LIMIT], reason=verdict, **more)


def _token(scope: dict[str, Any]) -> str:
    for name, value in scope["headers"]:
        if name.lower() == b"authorization":
            kind, _, token = value.decode("latin-1").partition(" ")
            return token.strip() if kind.lower() == "bearer" else ""
    return ""
