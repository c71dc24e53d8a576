"""A request that is cancelled or timed out closes its connection, and the client can go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from stoker.errors import GatewayTimeout

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from stoker.ignition.client import GatewayClient


class Silent:
    """A port that takes requests and never answers; counts connections that were closed by the other side."""

    def __init__(self) -> None:
        self.url = ""
        self.asked = trio.Event()
        self.closed = trio.Event()

    async def serve(self, stream: trio.SocketStream) -> None:
        """One connection."""
        await stream.receive_some(4096)
        self.asked.set()
        while await stream.receive_some(4096):
            pass
        self.closed.set()


@pytest.fixture
async def silent() -> AsyncIterator[Silent]:
    """The port, served."""
    server = Silent()
    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(trio.serve_tcp, server.serve, 0)
        server.url = f"http://127.0.0.1:{listeners[0].socket.getsockname()[1]}"
        yield server
        nursery.cancel_scope.cancel()


async def test_a_cancelled_scan_closes_its_connection(silent: Silent, connect: Callable[..., GatewayClient]) -> None:
    async with connect(silent.url) as client, trio.open_nursery() as nursery:
        nursery.start_soon(client.scan, "projects")
        await silent.asked.wait()
        nursery.cancel_scope.cancel()
        with trio.fail_after(5), trio.CancelScope(shield=True):
            await silent.closed.wait()


async def test_a_timed_out_request_closes_its_connection(silent: Silent, connect: Callable[..., GatewayClient]) -> None:
    async with connect(silent.url, bound=0.1) as client:
        with pytest.raises(GatewayTimeout):
            await client.info()
        with trio.fail_after(5):
            await silent.closed.wait()


async def test_a_client_goes_on_after_a_cancelled_request(client: GatewayClient) -> None:
    with trio.CancelScope() as scope:
        scope.cancel()
        await client.scan("projects")
    assert (await client.info()).running


async def test_leaving_the_client_closes_kept_connections(
    connect: Callable[..., GatewayClient],
) -> None:
    closed = trio.Event()

    async def answer(stream: trio.SocketStream) -> None:
        await stream.receive_some(4096)
        await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        assert await stream.receive_some(4096) == b""
        closed.set()

    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(trio.serve_tcp, answer, 0)
        async with connect(f"http://127.0.0.1:{listeners[0].socket.getsockname()[1]}") as client:
            await client.info()
            assert not closed.is_set()
        with trio.fail_after(5):
            await closed.wait()
        nursery.cancel_scope.cancel()
