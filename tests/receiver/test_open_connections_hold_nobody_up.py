"""Hundreds of connections that say nothing, or a byte now and then and never all of it: a good push comes through."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import pytest
import trio

from tests.receiver.conftest import HOOK, Served, pushed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

OPEN = 500
HEAD = b"POST %s HTTP/1.1\r\nHost: x\r\n" % HOOK.encode()
SIGNED = (
    HEAD + b"X-GitHub-Event: push\r\nX-Hub-Signature-256: sha256=" + b"0" * 64 + b"\r\nContent-Length: 100000\r\n\r\n"
)
BETWEEN = 0.2
"""Seconds between two bytes of one connection."""
KINDS = {
    "silent": b"",
    "half a request line": b"POST /web",
    "headers without end": HEAD + b"X-",
    "a body without end": SIGNED,
}


@asynccontextmanager
async def held_open(port: int, begin: bytes) -> AsyncIterator[None]:
    """So many connections that began with ``begin`` and go on byte by byte while this lasts, where they have begun at all."""
    async with AsyncExitStack() as stack, trio.open_nursery() as nursery:
        streams = [await stack.enter_async_context(await trio.open_tcp_stream("127.0.0.1", port)) for _ in range(OPEN)]
        for stream in streams:
            await stream.send_all(begin)
        if begin:
            nursery.start_soon(_drip, streams)
        yield
        nursery.cancel_scope.cancel()


async def _drip(streams: list[trio.SocketStream]) -> None:
    while True:
        for stream in streams:
            await stream.send_all(b"x")
        await trio.sleep(BETWEEN)


@pytest.mark.parametrize("kind", KINDS)
async def test_five_hundred_slow_senders_do_not_stop_a_good_push(receiver: Served, kind: str) -> None:
    with trio.fail_after(60):
        async with held_open(receiver.port, KINDS[kind]):
            for number in range(20):
                assert (await receiver.push(pushed(), delivery=str(number))).json()["accepted"]
    assert receiver.counted("github", 202) == 20


async def test_they_do_not_stop_the_end_either(receiver: Served) -> None:
    async with held_open(receiver.port, SIGNED):
        assert (await receiver.push(pushed())).status_code == 202
        with trio.fail_after(40):
            await receiver.stop()
