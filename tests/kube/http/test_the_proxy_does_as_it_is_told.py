"""The TCP proxy of the fault tests: each fault is what it says, and heals as it says."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
import trio

from tests.fakes.tcpproxy import tcp_proxy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.fakes.tcpproxy import TcpProxy

MOMENT = 0.2


@asynccontextmanager
async def echo() -> AsyncIterator[TcpProxy]:
    """A proxy before a server that sends back what it gets."""

    async def answer(stream: trio.SocketStream) -> None:
        try:
            async for data in stream:
                await stream.send_all(data)
        except trio.BrokenResourceError:
            return

    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    async with trio.open_nursery() as nursery:
        await nursery.start(trio.serve_listeners, answer, [listener])
        async with tcp_proxy(*listener.socket.getsockname()[:2]) as proxy:
            yield proxy
        nursery.cancel_scope.cancel()


async def connected(proxy: TcpProxy) -> trio.SocketStream:
    return await trio.open_tcp_stream(proxy.host, proxy.port)


async def said(stream: trio.SocketStream, text: bytes) -> bytes:
    """What comes back for ``text``."""
    await stream.send_all(text)
    return await read(stream, len(text))


async def read(stream: trio.SocketStream, size: int) -> bytes:
    heard = b""
    while len(heard) < size and (piece := await stream.receive_some(size - len(heard))):
        heard += piece
    return heard


async def silent(stream: trio.SocketStream) -> bool:
    """Whether neither a byte nor an end comes for a moment."""
    with trio.move_on_after(MOMENT) as scope:
        await stream.receive_some(1)
    return scope.cancelled_caught


async def test_without_a_fault_everything_passes_and_is_counted() -> None:
    async with echo() as proxy, await connected(proxy) as stream:
        assert await said(stream, b"x" * 100_000) == b"x" * 100_000
        assert (proxy.passed("up"), proxy.passed("down")) == (100_000, 100_000)
        await stream.send_eof()
        assert await stream.receive_some() == b"", "an end is passed on"
        await proxy.has_links(0)
        assert proxy.accepted == 1


async def test_a_black_hole_swallows_and_resets_nothing_and_what_fell_in_stays() -> None:
    async with echo() as proxy, await connected(proxy) as old:
        assert await said(old, b"a") == b"a"
        proxy.black_hole()
        await old.send_all(b"b")
        async with await connected(proxy) as new:
            await new.send_all(b"c")
            assert await silent(old)
            assert await silent(new)
            proxy.heal()
            assert await silent(old)
            assert await silent(new)
        async with await connected(proxy) as sound:
            assert await said(sound, b"d") == b"d"


async def test_a_link_in_a_black_hole_ends_when_its_client_gives_up() -> None:
    async with echo() as proxy:
        proxy.black_hole()
        async with await connected(proxy):
            await proxy.has_links(1)
        await proxy.has_links(0)


async def test_half_open_links_are_dead_and_new_ones_sound() -> None:
    async with echo() as proxy, await connected(proxy) as old:
        assert await said(old, b"a") == b"a"
        proxy.half_open()
        await old.send_all(b"b")
        assert await silent(old)
        async with await connected(proxy) as new:
            assert await said(new, b"c") == b"c"


@pytest.mark.parametrize("direction", ["up", "down"])
async def test_one_direction_is_held_back_without_loss(direction: str) -> None:
    async with echo() as proxy, await connected(proxy) as stream:
        assert await said(stream, b"a") == b"a"
        proxy.stall(direction)  # type: ignore[arg-type]
        await stream.send_all(b"b")
        assert await silent(stream)
        assert proxy.passed("up") == (1 if direction == "up" else 2)
        proxy.heal()
        assert await read(stream, 1) == b"b"


async def test_a_drip_is_slow_and_whole() -> None:
    async with echo() as proxy, await connected(proxy) as stream:
        proxy.drip(size=2, pause=0.01)
        began = trio.current_time()
        assert await said(stream, b"0123456789" * 2) == b"0123456789" * 2
        assert trio.current_time() - began >= 0.1
        proxy.heal()
        assert await said(stream, b"x" * 5000) == b"x" * 5000


async def test_a_link_is_cut_after_so_many_bytes_and_the_next_is_sound() -> None:
    async with echo() as proxy:
        proxy.truncate(7)
        async with await connected(proxy) as stream:
            await stream.send_all(b"0123456789")
            assert await read(stream, 10) == b"0123456"
        async with await connected(proxy) as stream:
            assert await said(stream, b"0123456789") == b"0123456789"


async def test_a_reset_is_a_reset() -> None:
    async with echo() as proxy, await connected(proxy) as stream:
        assert await said(stream, b"a") == b"a"
        proxy.reset()
        with pytest.raises(trio.BrokenResourceError):
            await stream.receive_some()
        await proxy.has_links(0)
        async with await connected(proxy) as new:
            assert await said(new, b"c") == b"c"


async def test_while_it_refuses_nobody_gets_through() -> None:
    async with echo() as proxy:
        proxy.refuse()
        async with await connected(proxy) as stream:
            with pytest.raises(trio.BrokenResourceError):
                await stream.receive_some()
        proxy.heal()
        async with await connected(proxy) as stream:
            assert await said(stream, b"c") == b"c"


async def test_a_server_that_is_away_is_felt_as_a_reset() -> None:
    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    place = listener.socket.getsockname()[:2]
    await listener.aclose()
    async with tcp_proxy(*place) as proxy, await connected(proxy) as stream:
        with pytest.raises(trio.BrokenResourceError):
            await stream.receive_some()
