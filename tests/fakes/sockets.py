"""Servers on real sockets that say byte by byte what a test wants, for what an API server does on no demand."""

from __future__ import annotations

import socket
import struct
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import trio

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable

    Stream = trio.SSLStream[trio.SocketStream] | trio.SocketStream
    Handler = Callable[["Connection"], Awaitable[None]]


@dataclass(eq=False)
class Connection:
    """One connection of a client, after its TLS handshake."""

    stream: Stream
    raw: trio.SocketStream
    heads: list[bytes] = field(default_factory=list)

    async def request(self) -> bytes:
        """The next request, head and body; b"" when the client has gone, even in the middle."""
        got = b""
        while b"\r\n\r\n" not in got:
            piece = await self.stream.receive_some()
            if not piece:
                return b""
            got += bytes(piece)
        head, _, body = got.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        while lengths and len(body) < int(lengths[0].split(b":")[1]):
            piece = await self.stream.receive_some()
            if not piece:
                return b""
            body += bytes(piece)
        self.heads.append(head)
        return head + b"\r\n\r\n" + body

    async def say(self, data: bytes) -> None:
        """Sends as it is."""
        await self.stream.send_all(data)

    async def answer(self, body: bytes, status: bytes = b"200 OK") -> None:
        """A whole answer."""
        await self.say(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body))

    def reset(self) -> None:
        """Ends the connection with RST."""
        self.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.raw.socket.close()

    async def until_closed(self) -> None:
        """Reads until the client closes."""
        while await self.stream.receive_some():
            continue


@dataclass
class Place:
    """Where it listens; ``served``: how many came, ``open``: how many are there."""

    host: str
    port: int
    served: int = 0
    open: int = 0
    changed: trio.Event = field(default_factory=trio.Event)

    def move(self, by: int) -> None:
        """One more, or one less."""
        self.open += by
        self.served += max(by, 0)
        self.changed.set()
        self.changed = trio.Event()

    async def empty(self) -> None:
        """Returns when nobody is connected any more."""
        while self.open:
            await self.changed.wait()


@asynccontextmanager
async def listening(
    handler: Handler, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Place]:
    """A server for the block; ``handler`` has each connection to itself and it is closed after it."""
    (listener,) = await trio.open_tcp_listeners(0, host=host)
    place = Place(host, listener.socket.getsockname()[1])

    async def serve(raw: trio.SocketStream) -> None:
        place.move(1)
        stream: Stream = raw if tls is None else trio.SSLStream(raw, tls, server_side=True, https_compatible=True)
        try:
            if isinstance(stream, trio.SSLStream):
                await stream.do_handshake()
            await handler(Connection(stream, raw))
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return
        finally:
            raw.socket.close()
            place.move(-1)

    async with trio.open_nursery() as nursery:
        await nursery.start(trio.serve_listeners, serve, [listener])
        yield place
        nursery.cancel_scope.cancel()
