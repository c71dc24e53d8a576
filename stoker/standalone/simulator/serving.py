"""The gateway's HTTP as an ASGI function: bytes to requests, answers to bytes, and whatever trouble is on the line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import trio

from stoker.standalone.simulator.record import Asked, Record
from stoker.standalone.simulator.routes import Answer, Request, Routes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from stoker.standalone.simulator.knobs import Knobs, Trouble

    Receive = Callable[[], Awaitable[dict[str, Any]]]
    Send = Callable[[dict[str, Any]], Awaitable[None]]

TORN = 1000


class TornOff(Exception):  # noqa: N818 - an event, not a fault of ours
    """The connection breaks here, on purpose."""


class Serving:
    """An ASGI application."""

    def __init__(self, knobs: Knobs, routes: Routes, record: Record) -> None:
        self._knobs = knobs
        self._routes = routes
        self._record = record

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """One request, or the lifespan."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        request = await _request(scope, receive)
        status = 0
        try:
            answer = await self._answer(request)
            status = answer.status
        finally:
            if not request.path.startswith("/simulator/"):
                self._record.asked.append(Asked(request.method, request.path, bool(request.key), status))
        await _send(answer, send, self._knobs.trouble_of(request.path))

    async def _answer(self, request: Request) -> Answer:
        trouble = self._knobs.trouble_of(request.path)
        if trouble is not None:
            await trio.sleep(float("inf") if trouble.hang else trouble.slow)
            if trouble.status:
                return Answer(trouble.status, text="")
        return await self._routes.answer(request)


async def _request(scope: dict[str, Any], receive: Receive) -> Request:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=dict(parse_qsl(scope.get("query_string", b"").decode("latin-1"))),
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
        body=body,
        secure=scope.get("scheme") == "https",
    )


async def _send(answer: Answer, send: Send, trouble: Trouble | None) -> None:
    body, kind = _encoded(answer)
    if trouble is not None and trouble.body is not None:
        body = trouble.body
    torn = trouble is not None and trouble.reset
    length = len(body) + TORN if torn else len(body)
    headers = [(b"content-type", kind.encode()), (b"content-length", str(length).encode())]
    if answer.location is not None:
        headers.append((b"location", answer.location.encode()))
    if answer.status == 204:
        headers = []
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": torn})
    if torn:
        raise TornOff("cut off in the middle of the body")


def _encoded(answer: Answer) -> tuple[bytes, str]:
    if answer.text is not None:
        return answer.text.encode(), answer.kind
    return (b"" if answer.body is None else json.dumps(answer.body).encode()), "application/json"


async def _lifespan(receive: Receive, send: Send) -> None:
    while (await receive())["type"] != "lifespan.shutdown":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})
