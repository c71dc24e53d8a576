"""An HTTP proxy before an API server: it answers in the server's place, loses answers, and meddles with watches, to order.

``TcpProxy`` sees no byte of what it carries; this one ends TLS, with the server's own certificate, and so can do what only a
server can: refuse (409, 410, 429, 500), do what was asked and not say so, tell an event twice, or half of one. What it does is
a ``Conduct``, read anew for each request and each line of a watch; the usual one passes everything on as it comes.
"""

from __future__ import annotations

import ssl
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import h11
import trio

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

PIECE = 65536


@dataclass(frozen=True)
class Asked:
    """What a client asks for; ``token`` is its Authorization header."""

    method: str
    target: str
    token: bytes

    @property
    def watches(self) -> bool:
        """Is it a watch?"""
        return "watch=1" in self.target

    @property
    def writes(self) -> bool:
        """Does it change something?"""
        return self.method not in ("GET", "HEAD")


@dataclass(frozen=True)
class Answer:
    """Given in the server's place."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


class Cut(Exception):  # noqa: N818 - no error: it is what a conduct wants
    """The connection ends here, as when a server dies."""


ENDINGS = (OSError, trio.BrokenResourceError, trio.ClosedResourceError, h11.ProtocolError, Cut)
"""With these a connection ends, and so does the other one of its pair."""


class Conduct:
    """How the proxy behaves; this is the sound one. A conduct may raise Cut anywhere."""

    async def passed(self, asked: Asked) -> None:
        """Returns when that request may go on."""

    def answer(self, asked: Asked) -> Answer | None:
        """Said instead of asking the server."""
        del asked
        return None

    def done(self, asked: Asked) -> Answer | None:
        """Said instead of the server's answer, when it has done what was asked for."""
        del asked
        return None

    def told(self, asked: Asked, line: bytes) -> tuple[list[bytes], bool]:
        """What becomes of a line of that watch, and whether the watch goes on."""
        del asked
        return [line], True


class ApiProxy:
    """``port`` is where it listens; set ``conduct`` to change its ways. ``watches``: how many it carries."""

    def __init__(
        self, target: tuple[str, int], listener: trio.SocketListener, contexts: tuple[ssl.SSLContext, ssl.SSLContext]
    ) -> None:
        self.port: int = listener.socket.getsockname()[1]
        self.conduct = Conduct()
        self.watches = 0
        self._changed = trio.Event()
        self._target = target
        self._inward, self._outward = contexts

    async def has_watch(self) -> None:
        """Returns when it carries a watch."""
        while not self.watches:
            await self._changed.wait()

    @contextmanager
    def carrying(self) -> Iterator[None]:
        """One watch more."""
        self.watches += 1
        self._changed.set()
        self._changed = trio.Event()
        try:
            yield
        finally:
            self.watches -= 1

    async def serve(self, stream: trio.SocketStream) -> None:
        """One connection of a client; whatever breaks on either side ends both."""
        client = trio.SSLStream(stream, self._inward, server_side=True, https_compatible=True)
        host, port = self._target
        try:
            with suppress(OSError):  # no server is there just now
                behind = await trio.open_tcp_stream(host, port)
                try:
                    server = trio.SSLStream(behind, self._outward, server_hostname=host, https_compatible=True)
                    await _Link(self, client, server).run()
                finally:
                    behind.socket.close()
        finally:
            stream.socket.close()


class _Link:
    """A client's connection and ours to the server for it."""

    def __init__(
        self, proxy: ApiProxy, client: trio.SSLStream[trio.SocketStream], server: trio.SSLStream[trio.SocketStream]
    ) -> None:
        self._proxy = proxy
        self._client, self._server = client, server
        self._in, self._out = h11.Connection(h11.SERVER), h11.Connection(h11.CLIENT)
        self._came, self._coming = trio.open_memory_channel[bytes](1)

    async def run(self) -> None:
        """Until either side ends it. The client is listened to all the time: one that leaves a watch says nothing."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._listen, nursery.cancel_scope)
            with suppress(*ENDINGS):
                while await self._turn():
                    pass
            nursery.cancel_scope.cancel()

    async def _listen(self, link: trio.CancelScope) -> None:
        with suppress(*ENDINGS):
            while data := await self._client.receive_some(PIECE):
                await self._came.send(bytes(data))
        link.cancel()

    async def _turn(self) -> bool:
        """One request; whether another may follow."""
        request, body = await self._request()
        headers = dict(request.headers)
        asked = Asked(request.method.decode(), request.target.decode(), headers.get(b"authorization", b""))
        await self._proxy.conduct.passed(asked)
        answer = self._proxy.conduct.answer(asked)
        if answer is None:
            await self._server.send_all(self._out.send(request) or b"")
            await self._server.send_all((self._out.send(h11.Data(body)) or b"") + (self._out.send(_END) or b""))
            head = await self._heard()
            answer = self._proxy.conduct.done(asked) if isinstance(head, h11.Response) else None
            await self._pass_on(head, asked, answer)
            if self._out.our_state is h11.MUST_CLOSE or self._out.their_state is h11.MUST_CLOSE:
                return False
            self._out.start_next_cycle()
        if answer is not None:
            length = ("Content-Length", str(len(answer.body)))
            kind = ("Content-Type", "application/json")
            await self._say(h11.Response(status_code=answer.status, headers=[kind, length, *answer.headers]))
            await self._say(h11.Data(answer.body), _END)
        if self._in.our_state is not h11.DONE or self._in.their_state is not h11.DONE:
            return False
        self._in.start_next_cycle()
        return True

    async def _request(self) -> tuple[h11.Request, bytes]:
        request, body = None, b""
        while True:
            event = self._in.next_event()
            if event is h11.NEED_DATA:
                self._in.receive_data(await self._coming.receive())
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage) and request is not None:
                return request, body
            else:
                raise Cut

    async def _heard(self) -> h11.Event:
        while (event := self._out.next_event()) is h11.NEED_DATA:
            self._out.receive_data(bytes(await self._server.receive_some(PIECE)))
        if not isinstance(event, h11.Event) or isinstance(event, h11.ConnectionClosed):
            raise Cut
        return event

    async def _pass_on(self, head: h11.Event, asked: Asked, instead: Answer | None) -> None:
        """The server's answer as it comes; with something to be said instead, it is read and forgotten."""
        if asked.watches and instead is None and isinstance(head, h11.Response) and head.status_code == 200:
            with self._proxy.carrying():
                await self._say(head)
                await self._watch(asked)
            return
        while True:
            if instead is None:
                await self._say(head)
            if isinstance(head, h11.EndOfMessage):
                return
            head = await self._heard()

    async def _watch(self, asked: Asked) -> None:
        pending, mute = b"", False
        while isinstance(event := await self._heard(), h11.Data):
            *lines, pending = (pending + event.data).split(b"\n")
            for line in lines:
                told, goes_on = self._proxy.conduct.told(asked, line + b"\n")
                mute = mute or not (
                    told or not goes_on
                )  # what missed a line is never trusted again: the rest is lost, too
                if not mute:
                    await self._say(*(h11.Data(piece) for piece in told))
                    if not goes_on:
                        await self._say(_END)
                        raise Cut
        await self._say(_END)

    async def _say(self, *events: h11.Event) -> None:
        await self._client.send_all(b"".join(self._in.send(event) or b"" for event in events))


_END = h11.EndOfMessage()


@asynccontextmanager
async def api_proxy(
    port: int, *, ca: Path, certificate: Path, key: Path, client: tuple[Path, Path] | None = None
) -> AsyncIterator[ApiProxy]:
    """A proxy before the API server on that port of the loopback interface, known by the same certificate.

    A client's own certificate cannot be passed on as its token is: ``client`` is shown for all of them.
    """
    inward = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    inward.load_cert_chain(certificate, key)
    outward = ssl.create_default_context(cafile=ca)
    if client is not None:
        outward.load_cert_chain(*client)
    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    proxy = ApiProxy(("127.0.0.1", port), listener, (inward, outward))
    async with trio.open_nursery() as nursery:
        await nursery.start(trio.serve_listeners, proxy.serve, [listener])
        yield proxy
        nursery.cancel_scope.cancel()
