"""A client that stops reading, or never finishes its request, does not keep a process from ending."""

from __future__ import annotations

import logging
import socket
from functools import partial
from typing import TYPE_CHECKING

import httpx
import trio

from stoker.web.serve import serve
from tests.web.conftest import App, Served

if TYPE_CHECKING:
    import pytest


async def ask(url: str, head: bytes) -> trio.SocketStream:
    """A connection with a small window on which ``head`` was sent."""
    raw = trio.socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    await raw.connect(("127.0.0.1", httpx.URL(url).port or 0))
    stream = trio.SocketStream(raw)
    await stream.send_all(head)
    return stream


async def test_one_that_reads_nothing_is_dropped() -> None:
    app, stopping = App(), trio.Event()
    async with trio.open_nursery() as nursery:
        bound = partial(serve, app, bind="127.0.0.1:0", stopping=stopping, graceful=0.1, user_timeout=0.5)
        (url,) = await nursery.start(bound)
        stream = await ask(url, b"GET /flood HTTP/1.1\r\nHost: x\r\n\r\n")
        nursery.start_soon(_stop_when_asked, app, stopping)
        # Without TCP_USER_TIMEOUT hypercorn's shielded send would keep this nursery open for a quarter of an hour.
    await stream.aclose()


async def _stop_when_asked(app: App, stopping: trio.Event) -> None:
    await app.asked.wait()
    stopping.set()


async def test_one_that_never_ends_its_header_is_dropped(served: Served) -> None:
    url = await served.start(App(), options={"keep_alive_timeout": 0.2})
    await _closed_by_the_server(await ask(url, b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "))


async def test_one_that_never_ends_its_body_is_dropped(served: Served) -> None:
    url = await served.start(App(), options={"read_timeout": 0.2})
    head = b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"
    await _closed_by_the_server(await ask(url, head))


async def _closed_by_the_server(stream: trio.SocketStream) -> None:
    async with stream:
        while await stream.receive_some():
            pass


async def test_a_fault_of_the_application_is_500_and_reaches_the_log(
    served: Served, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    url = await served.start(App())
    assert (await client.get(f"{url}/broken")).status_code == 500
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.name == "hypercorn.error"
    assert record.exc_info is not None
    assert (await client.get(url)).text == "hello"
