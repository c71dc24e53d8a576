"""HTTP/1.1 over one open stream, by h11: a request in one write, and its answer as it comes.

Closing is at once and never waits: an HTTP server asks for no farewell of TLS, and one that cannot be delivered would have to
be waited for.
"""

from __future__ import annotations

import select
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import h11
import trio

from stoker.wire.failures import HungUp, Late, Senseless, Unconnected, Unsendable, WireFailure

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence

    Stream = trio.SocketStream | trio.SSLStream[trio.SocketStream]
    Option = tuple[int, int, int]

HEAD_BYTES: Final = 100 * 1024
PIECE_BYTES: Final = 64 * 1024


class Line:
    """Between two requests when made. Whatever raises leaves it of no more use: close it."""

    def __init__(self, raw: trio.SocketStream, stream: Stream) -> None:
        """``stream`` runs over ``raw``, or is it."""
        self._socket = raw.socket
        self._stream = stream
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_BYTES)

    @property
    def is_spent(self) -> bool:
        """Whether the server has closed it since the last request, or said something that nobody asked for."""
        poll = select.poll()
        poll.register(self._socket.fileno(), select.POLLIN)
        return bool(poll.poll(0))

    def encoded(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> bytes:
        """A request as it goes out."""
        try:
            head = h11.Request(method=method, target=target, headers=headers)
            events = (head, h11.Data(data=body), h11.EndOfMessage()) if body else (head, h11.EndOfMessage())
            return b"".join(part for part in map(self._http.send, events) if part)
        except (h11.LocalProtocolError, UnicodeError):
            raise Unsendable("a header of the request holds what none may") from None

    async def say(self, request: bytes, *, write: float, read: float) -> h11.Response:
        """The head of the answer. ``write`` bounds, in seconds, the sending and ``read`` the wait for the head.

        A server that hangs up while it is spoken to may have said why: what it said is the answer.
        """
        late = "the request could not be sent in time"
        with trio.move_on_after(write) as scope:
            with suppress(trio.BrokenResourceError):
                await self._stream.send_all(request)
            late = "no answer in time"
            scope.deadline = trio.current_time() + read
            while True:
                event = self._come() or await self._next()
                if isinstance(event, h11.Response):
                    return event
        raise Late(late)

    async def hear(self, read: float) -> bytes | None:
        """The next piece of the body; None at its end. ``read``: seconds of silence."""
        event = self._come()
        if event is None:
            with trio.move_on_after(read) as scope:
                event = await self._next()
            if scope.cancelled_caught:
                raise Late("the answer stopped in the middle")
        return bytes(event.data) if isinstance(event, h11.Data) else None

    def turn(self) -> bool:
        """After a body's end: whether the next request may follow."""
        done = self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        if not done or self._http.trailing_data[0]:
            return False
        self._http.start_next_cycle()
        return True

    def close(self) -> None:
        """At once."""
        self._socket.close()

    def _come(self) -> h11.Event | None:
        """What has come already."""
        try:
            event = self._http.next_event()
        except h11.RemoteProtocolError as error:
            raise self._unreadable(error) from error
        if event is h11.NEED_DATA:
            return None
        if isinstance(event, h11.Response | h11.InformationalResponse | h11.Data | h11.EndOfMessage):
            return event
        raise HungUp("the server hung up without an answer")

    def _unreadable(self, error: h11.RemoteProtocolError) -> WireFailure:
        """h11 has one error for what breaks off and for what makes no sense."""
        if self._http.trailing_data[1]:
            return HungUp(f"the server hung up before its answer was whole: {error}")
        return Senseless(str(error))

    async def _next(self) -> h11.Event:
        while True:
            try:
                piece = await self._stream.receive_some(PIECE_BYTES)
            except trio.BrokenResourceError as error:
                raise HungUp(str(error.__cause__ or error)) from error
            self._http.receive_data(bytes(piece))
            event = self._come()
            if event is not None:
                return event


async def opened(host: str, port: int, tls: ssl.SSLContext | None, options: Sequence[Option], *, bound: float) -> Line:
    """A line to there; ``options`` of the socket; ``bound``: seconds for TCP, and again for TLS."""
    raw: trio.SocketStream | None = None
    line: Line | None = None
    with trio.move_on_after(bound) as scope:
        try:
            raw = await trio.open_tcp_stream(host, port)
            for option in options:
                raw.setsockopt(*option)
            stream: Stream = raw
            if tls is not None:
                stream = trio.SSLStream(raw, tls, server_hostname=host, https_compatible=True)
                scope.deadline = trio.current_time() + bound
                await stream.do_handshake()
            line = Line(raw, stream)
            return line
        except trio.BrokenResourceError as error:
            raise Unconnected(str(error.__cause__ or error)) from error
        except (OSError, ValueError) as error:
            raise Unconnected(str(error)) from error
        finally:
            if raw is not None and line is None:
                raw.socket.close()
    raise Late("no connection in time")
