"""A way by one of httpx's transports: through a proxy, or to wherever else one leads.

httpx hands a body on through generators within generators. One that is left half run, by an error or a cancellation where its
bytes are used, would be ended by the garbage collector, at some time and in no task. So they are run to their end: the innermost
is cancelled where it waits for the network, and the others end with it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, cast

import httpx
import trio

from stoker.nursery.once import Once
from stoker.wire.failures import HungUp, Late, ProxyRefused, Senseless, Unconnected, Unsendable, WireFailure
from stoker.wire.messages import Answer, Bounds, Request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

FOREIGN = (httpx.HTTPError, httpx.InvalidURL)


class ByHttpx:
    """A ``Way``."""

    def __init__(self, origin: str, transport: httpx.AsyncBaseTransport) -> None:
        """``origin``: SCHEME://HOST:PORT; ``transport``: of one connection, and this way's own."""
        self._origin = origin
        self._transport = transport

    async def ask(self, request: Request, bounds: Bounds) -> Answer:
        """As the way has it."""
        seconds = {"connect": bounds.connect, "write": bounds.write, "read": bounds.read, "pool": bounds.connect}
        sent = httpx.Request(
            request.method,
            self._origin + request.target,
            headers=list(request.headers),
            content=request.body,
            extensions={"timeout": {name: None if value == float("inf") else value for name, value in seconds.items()}},
        )
        sent.stream = Outgoing(request.body, request.may_go)
        try:
            got = await self._transport.handle_async_request(sent)
        except httpx.LocalProtocolError:  # quotes what it refuses, which may be the credential
            raise Unsendable("a header of the request holds what none may") from None
        except FOREIGN as error:
            raise of_httpx(error) from error
        return Answer(got.status_code, {name.lower(): value for name, value in got.headers.raw}, Incoming(got))

    async def close(self) -> None:
        """As the way has it."""
        await self._transport.aclose()


class Outgoing(Once[bytes], httpx.AsyncByteStream):
    """A request's body, which may refuse to go: then the headers have gone, and without it a server does nothing."""

    def __init__(self, body: bytes, may_go: Callable[[], None] | None) -> None:
        super().__init__(body)
        self._may_go = may_go

    async def __anext__(self) -> bytes:
        """Asks, and gives it."""
        if self._left and self._may_go is not None:
            self._may_go()
        return await super().__anext__()


class Incoming:
    """An answer's pieces."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer
        self._pieces: AsyncIterator[bytes] = cast("httpx.AsyncByteStream", answer.stream).__aiter__()

    async def next(self) -> bytes | None:
        """As pieces have it."""
        try:
            return await anext(self._pieces)
        except StopAsyncIteration:
            await self._answer.aclose()
            return None
        except FOREIGN as error:
            raise of_httpx(error) from error

    async def close(self) -> None:
        """As pieces have it."""
        with trio.move_on_after(0), suppress(*FOREIGN):
            async for _ in self._pieces:
                pass
        await self._answer.aclose()


def of_httpx(error: httpx.HTTPError | httpx.InvalidURL) -> WireFailure:
    """The same as an error of the wire."""
    for foreign, ours in _TABLE:
        if isinstance(error, foreign):
            return ours(str(error))
    return Senseless(f"{type(error).__name__}: {error}")


_TABLE: tuple[tuple[type[Exception], type[WireFailure]], ...] = (
    (httpx.TimeoutException, Late),
    (httpx.ProxyError, ProxyRefused),
    (httpx.ConnectError, Unconnected),
    (httpx.UnsupportedProtocol, Unconnected),
    (httpx.TransportError, HungUp),
)
