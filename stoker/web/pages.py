"""Pages that are only read, over plain HTTP/1.1: probes and metrics of a process whose memory is counted by the megabyte.

hypercorn (``serve``) loads HTTP/2 and websockets whether or not anybody speaks them, and cannot be loaded without: 3 MB
beside every gateway. h11 is there in any case: an agent asks by it. Left out is what a page has no use for: TLS,
lifespans, answers in pieces. A request's body is read within a bound and thrown away, because whoever still sends while we
close loses the answer.
"""

from __future__ import annotations

import contextlib
import socket
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import h11
import trio

from stoker.observe.logs import get_logger
from stoker.web.bound import bound
from stoker.web.farewell import CLOSES

if TYPE_CHECKING:
    from collections.abc import Callable

BACKLOG: Final = 100
HEAD_BYTES: Final = 16 * 1024
BODY_BYTES: Final = 64 * 1024
_PIECE: Final = 16 * 1024
_SHOWN: Final = 200
_REFUSAL: Final = (b"content-length", b"0")


async def serve_pages(
    app: Any,
    *,
    bind: str,
    stopping: trio.Event,
    graceful: float = 5.0,
    patience: float = 65.0,
    user_timeout: float = 10.0,
    on_bound: Callable[[list[str]], None] | None = None,
    task_status: trio.TaskStatus[list[str]] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serves an ASGI app, of which only ``http`` is asked, on ``HOST:PORT`` (0: any free port) until ``stopping``; started with
    the bound URLs.

    A client has ``patience`` seconds for each request, silence before it included, and for taking the answer; one that takes
    nothing is dropped after ``user_timeout``. After the stop requests that run have ``graceful`` seconds. Raises AddressUnusable.
    """
    with await bound(bind, user_timeout=user_timeout) as listener:
        listener.listen(BACKLOG)
        urls = [_url(listener)]
        server = _Server(app, stopping, patience)
        async with trio.open_nursery() as connections:
            accepting = partial(trio.serve_listeners, server.connection, handler_nursery=connections)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(accepting, [trio.SocketListener(trio.socket.from_stdlib_socket(listener))])
                if on_bound is not None:
                    on_bound(urls)
                task_status.started(urls)
                await stopping.wait()
                nursery.cancel_scope.cancel()
            connections.cancel_scope.deadline = trio.current_time() + graceful
            server.let_go()


class _Server:
    """``connection`` serves one; ``let_go`` ends those on which nothing is asked."""

    def __init__(self, app: Any, stopping: trio.Event, patience: float) -> None:
        self._app = app
        self._stopping = stopping
        self._patience = patience
        self._silent: set[trio.CancelScope] = set()
        self._log = get_logger("web.pages")

    def let_go(self) -> None:
        """Their clients know how to ask again."""
        for silent in self._silent:
            silent.cancel()

    async def connection(self, stream: trio.SocketStream) -> None:
        """Until one of the two ends it."""
        talk = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_BYTES)
        async with stream:
            with contextlib.suppress(trio.BrokenResourceError, trio.ClosedResourceError):
                while await self._exchange(talk, stream):
                    talk.start_next_cycle()

    async def _exchange(self, talk: h11.Connection, stream: trio.SocketStream) -> bool:
        """One request and its answer. May another follow?"""
        try:
            request = await self._heard(talk, stream)
            if request is None:
                return False
            status, headers, body = await self._asked(request)
        except h11.RemoteProtocolError as error:
            status, headers, body = error.error_status_hint, [_REFUSAL], b""
        headers.append((b"date", time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime()).encode()))
        if self._stopping.is_set() or talk.their_state is not h11.DONE:
            headers.append(CLOSES)
        events: list[h11.Event] = [h11.Response(status_code=status, headers=headers), h11.EndOfMessage()]
        if body:
            events.insert(1, h11.Data(data=body))
        with trio.move_on_after(self._patience) as sending:
            await stream.send_all(b"".join(talk.send(event) or b"" for event in events))
        return not sending.cancelled_caught and talk.our_state is h11.DONE and talk.their_state is h11.DONE

    async def _heard(self, talk: h11.Connection, stream: trio.SocketStream) -> h11.Request | None:
        """The next request, its body gone by or, beyond the bound, left; None when nobody asks any more."""
        request, left = None, BODY_BYTES
        if self._stopping.is_set():
            return None
        with trio.move_on_after(self._patience) as listening:
            self._silent.add(listening)
            try:
                while left > 0 and not (request and talk.they_are_waiting_for_100_continue):
                    event = talk.next_event()
                    if event is h11.NEED_DATA:
                        talk.receive_data(await stream.receive_some(_PIECE))
                        self._silent.discard(listening)
                    elif isinstance(event, h11.Data):
                        left -= len(event.data)
                    elif isinstance(event, h11.Request):
                        request = event
                    else:
                        break
                return request
            finally:
                self._silent.discard(listening)
        return None

    async def _asked(self, request: h11.Request) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Status, headers and body, of the application or of its fault."""
        path, _, query = request.target.partition(b"?")
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": request.http_version.decode(),
            "scheme": "http",
            "method": request.method.decode(),
            "path": unquote(path.decode()),
            "raw_path": path,
            "query_string": query,
            "headers": list(request.headers),
        }
        start: dict[str, Any] = {}
        body = bytearray()

        async def send(message: dict[str, Any]) -> None:
            start.update(message)
            body.extend(message.get("body", b""))

        try:
            await self._app(scope, _nothing_more, send)
        except Exception as error:  # noqa: BLE001 - whatever it is, the server goes on
            self._log.error("page_failed", path=scope["path"][:_SHOWN], exc_info=error)
            return 500, [_REFUSAL], b""
        return start["status"], list(start["headers"]), bytes(body)


async def _nothing_more() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if listener.family == socket.AF_INET6 else f"http://{host}:{port}"
