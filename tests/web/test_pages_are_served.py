"""The small server of pages: usable when it says so, bounded by time and size, and gone without a trace after the stop."""

from __future__ import annotations

import socket
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import trio

from stoker.web.pages import LONGEST_HEADER, Page, serve_pages
from tests.fakes.lines import captured
from tests.web.test_serving_starts_and_stops import sockets, tasks

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Serve = Callable[..., Awaitable[str]]


def echo(method: str, path: str) -> Page:
    """What was asked for; ``/broken`` raises."""
    if path == "/broken":
        raise KeyError("a fault of the page")
    return Page(200, f"{method} {path}".encode(), "text/plain")


@pytest.fixture
def stopping() -> trio.Event:
    """Ends the server."""
    return trio.Event()


@pytest.fixture
def serve(nursery: trio.Nursery, stopping: trio.Event) -> Serve:
    """Serves ``echo``; the URL."""

    async def start(bind: str = "127.0.0.1:0", **options: Any) -> str:
        (url,) = await nursery.start(partial(serve_pages, echo, bind=bind, stopping=stopping, **options))
        return str(url)

    return start


async def said(url: str, text: bytes) -> bytes:
    """Everything that a server says to ``text`` until it closes."""
    where = httpx.URL(url)
    async with await trio.open_tcp_stream(where.host, where.port or 0) as stream:
        await stream.send_all(text)
        return b"".join([part async for part in stream])


async def test_a_page_is_asked_for_by_method_and_path(serve: Serve, client: httpx.AsyncClient) -> None:
    assert (await client.get(f"{await serve()}/healthz?verbose=1")).text == "GET /healthz"


async def test_head_has_the_length_and_no_body(serve: Serve, client: httpx.AsyncClient) -> None:
    answer = await client.head(f"{await serve()}/healthz")
    assert (answer.headers["content-length"], answer.content) == ("13", b"")


async def test_ipv6_is_served(serve: Serve, client: httpx.AsyncClient) -> None:
    url = await serve("[::1]:0")
    assert url.startswith("http://[::1]:")
    assert (await client.get(url)).status_code == 200


@pytest.mark.parametrize(
    "text",
    [
        b"\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET http://x/ HTTP/1.1\r\n\r\n",
        b"GET / HTTP/2.0\r\n\r\n",
        b"\xff\xfe / \r\n\r\n",
    ],
)
async def test_what_is_no_request_is_400(serve: Serve, text: bytes) -> None:
    assert (await said(await serve(), text)).startswith(b"HTTP/1.1 400 ")


async def test_a_header_without_end_is_dropped(serve: Serve) -> None:
    assert await said(await serve(), b"GET / HTTP/1.1\r\n" + b"x" * (LONGEST_HEADER + 1)) == b""


async def test_a_mute_client_is_dropped(serve: Serve) -> None:
    assert await said(await serve(patience=0.2), b"GET / HTT") == b""


async def test_a_page_that_raises_is_500_and_is_logged(serve: Serve, client: httpx.AsyncClient) -> None:
    url = await serve()
    with captured() as lines:
        assert (await client.get(f"{url}/broken")).status_code == 500
    (line,) = [line for line in lines if line["event"] == "page_failed"]
    assert "a fault of the page" in line["exception"]
    assert (await client.get(url)).status_code == 200


async def test_a_client_that_hangs_up_harms_nobody(serve: Serve, client: httpx.AsyncClient) -> None:
    url = await serve()
    raw = trio.socket.socket()
    await raw.connect(("127.0.0.1", httpx.URL(url).port or 0))
    await raw.send(b"GET / HTTP/1.1\r\n\r\n")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    raw.close()
    assert (await client.get(url)).status_code == 200


async def test_the_stop_ends_it_within_the_grace_however_slow_a_client_is(stopping: trio.Event) -> None:
    before = tasks(), threading.active_count(), sockets()
    async with trio.open_nursery() as nursery:
        run = partial(serve_pages, echo, bind="127.0.0.1:0", stopping=stopping, graceful=0.1, patience=3600)
        (url,) = await nursery.start(run)
        nursery.start_soon(said, url, b"GET / HTT")
        await trio.testing.wait_all_tasks_blocked()
        stopping.set()
    assert (tasks(), threading.active_count(), sockets()) == before
