"""The small server for probes and metrics: connections are kept, and odd requests are answered or end."""

from __future__ import annotations

import logging
import re
from functools import partial
from typing import TYPE_CHECKING

import pytest
import trio

from stoker.errors import AddressUnusable
from stoker.web.pages import BODY_BYTES, HEAD_BYTES, serve_pages
from stoker.web.probes import probe_app
from tests.web.conftest import App, Served

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx


def nothing() -> Mapping[str, str]:
    return {}


async def said(served: Served, *, app: object = None) -> trio.SocketStream:
    """A connection to the probes."""
    await served.start(app or probe_app(live=nothing, ready=nothing))
    return await trio.open_tcp_stream("127.0.0.1", served.port)


async def read(stream: trio.SocketStream) -> bytes:
    """All that comes until the server ends the connection."""
    async with stream:
        return b"".join([piece async for piece in stream])


async def test_it_tells_where_it_is_bound(pages: Served) -> None:
    told: list[list[str]] = []
    url = await pages.start(App(), on_bound=told.append)
    assert told == [[url]]
    assert pages.port > 0


async def test_it_serves_ipv6(nursery: trio.Nursery, client: httpx.AsyncClient) -> None:
    (url,) = await nursery.start(partial(serve_pages, App(), bind="[::1]:0", stopping=trio.Event()))
    assert (await client.get(url)).text == "hello"


async def test_a_port_that_is_taken_is_said(pages: Served) -> None:
    await pages.start(App())
    with pytest.raises(AddressUnusable, match="in use"):
        await serve_pages(App(), bind=f"127.0.0.1:{pages.port}", stopping=trio.Event())


async def test_one_connection_serves_many_requests(pages: Served) -> None:
    stream = await said(pages)
    ask = b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"
    await stream.send_all(ask * 2 + ask.replace(b"Host", b"Connection: close\r\nHost"))
    assert (await read(stream)).count(b'{"ok": true, "reasons": {}}') == 3


async def test_an_answer_has_its_time(pages: Served, client: httpx.AsyncClient) -> None:
    url = await pages.start(probe_app(live=nothing, ready=nothing))
    date = (await client.get(f"{url}/healthz")).headers["date"]
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", date)


async def test_a_query_and_escapes_do_not_change_the_page(pages: Served, client: httpx.AsyncClient) -> None:
    url = await pages.start(probe_app(live=nothing, ready=nothing))
    assert (await client.get(f"{url}/%68ealthz?verbose=1")).status_code == 200


async def test_a_client_of_http_1_0_is_answered_and_left(pages: Served) -> None:
    stream = await said(pages)
    await stream.send_all(b"GET /readyz HTTP/1.0\r\n\r\n")
    assert (await read(stream)).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(b"hello\r\n\r\n", 400, id="no-http"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 405, id="http-2"),
        pytest.param(b"GET /readyz HTTP/1.1\r\n\r\n", 400, id="no-host"),
        pytest.param(b"GET /readyz HTTP/1.1\r\nHost: x\r\nX: " + b"x" * HEAD_BYTES, 431, id="a-long-header"),
        pytest.param(b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", 405, id="a-tunnel"),
    ],
)
async def test_what_is_no_request_for_a_page_is_refused_and_ends(pages: Served, request_: bytes, status: int) -> None:
    stream = await said(pages)
    await stream.send_all(request_)
    assert (await read(stream)).startswith(b"HTTP/1.1 %d " % status)


async def test_a_wish_for_another_protocol_is_passed_over(pages: Served) -> None:
    stream = await said(pages)
    wish = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
    async with stream:
        await stream.send_all(b"GET /readyz HTTP/1.1\r\nHost: x\r\n" + wish + b"\r\n")
        assert (await stream.receive_some()).startswith(b"HTTP/1.1 200 ")


async def test_a_body_is_let_go_by_and_the_connection_serves_on(pages: Served, client: httpx.AsyncClient) -> None:
    url = await pages.start(probe_app(live=nothing, ready=nothing))
    codes = [
        (await client.request(method, f"{url}/readyz", content=b"x" * 5000)).status_code for method in ("POST", "GET")
    ]
    assert codes == [405, 200]


async def test_a_body_beyond_the_bound_ends_the_connection(pages: Served) -> None:
    stream = await said(pages)
    head = b"POST /readyz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n"
    await stream.send_all(head + b"x" * BODY_BYTES)
    answer = await read(stream)
    assert answer.startswith(b"HTTP/1.1 405 ")
    assert b"connection: close" in answer.lower()


async def test_who_asks_before_he_sends_a_body_is_answered(pages: Served) -> None:
    stream = await said(pages)
    await stream.send_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n")
    assert (await read(stream)).startswith(b"HTTP/1.1 405 ")


async def test_one_who_never_ends_his_request_is_dropped(pages: Served) -> None:
    await pages.start(App(), patience=0.2)
    stream = await trio.open_tcp_stream("127.0.0.1", pages.port)
    await stream.send_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    assert await read(stream) == b""


async def test_a_fault_of_the_application_is_500_and_reaches_the_log(
    pages: Served, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.ERROR)
    url = await pages.start(App())
    assert (await client.get(f"{url}/broken")).status_code == 500
    assert "page_failed" in capsys.readouterr().out
    assert (await client.get(url)).text == "hello"
