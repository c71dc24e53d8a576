"""Both ways to a server, by sockets and by httpx: what is asked of one is asked of the other."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx
import pytest
import trio

from stoker.wire.by_httpx import ByHttpx
from stoker.wire.connection import Connection
from stoker.wire.messages import Bounds, Request
from tests.fakes.sockets import listening

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from stoker.wire.messages import Answer, Way
    from tests.fakes.sockets import Handler, Place

    To = Callable[[Handler], AbstractAsyncContextManager[tuple[Way, Place]]]

GET = Request("GET", "/x", [("Accept", "text/plain")])
SOON = Bounds(connect=10, write=10, read=10)


def by_sockets(host: str, port: int) -> Way:
    return Connection(host, port, None)


def by_httpx(host: str, port: int) -> Way:
    return ByHttpx(f"http://{host}:{port}", httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=1)))


@pytest.fixture(params=[by_sockets, by_httpx], ids=["sockets", "httpx"])
def to(request: pytest.FixtureRequest) -> To:
    """``async with to(handler) as (way, place)``: a way to a server of that behaviour; in the end nobody is connected."""

    @asynccontextmanager
    async def connected(handler: Handler) -> AsyncIterator[tuple[Way, Place]]:
        async with listening(handler) as place:
            way: Way = request.param(place.host, place.port)
            try:
                yield way, place
            finally:
                with trio.move_on_after(5, shield=True):
                    await way.close()
            await place.empty()

    return connected


async def told(way: Way, request: Request = GET, bounds: Bounds = SOON) -> tuple[int, bytes]:
    """Status and body of one exchange."""
    answer: Answer = await way.ask(request, bounds)
    try:
        return answer.status, await answer.whole(1 << 20) or b""
    finally:
        with trio.move_on_after(5, shield=True):
            await answer.close()
