"""The small server's end: what runs is answered, what is silent is let go at once, and nothing stays behind."""

from __future__ import annotations

import socket
from functools import partial

import httpx
import pytest
import trio
import trio.testing

from stoker.web.pages import serve_pages
from tests.web.conftest import App, Served
from tests.web.test_serving_starts_and_stops import sockets, tasks

ASK = b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n"


async def test_a_silent_connection_does_not_hold_up_the_end() -> None:
    stopping = trio.Event()
    async with trio.open_nursery() as nursery:
        (url,) = await nursery.start(partial(serve_pages, App(), bind="127.0.0.1:0", stopping=stopping, graceful=600))
        stream = await trio.open_tcp_stream("127.0.0.1", httpx.URL(url).port or 0)
        await stream.send_all(ASK % b"/")
        await stream.receive_some()
        await trio.testing.wait_all_tasks_blocked()
        stopping.set()
    async with stream:
        assert await stream.receive_some() == b""


async def test_a_request_that_runs_is_answered_and_told_that_this_was_the_last(
    pages: Served, client: httpx.AsyncClient
) -> None:
    app, answers = App(), list[httpx.Response]()
    url = await pages.start(app)

    async def ask() -> None:
        answers.append(await client.get(f"{url}/slow"))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask)
        await app.asked.wait()
        pages.stopping.set()
        await trio.testing.wait_all_tasks_blocked()
        app.release.set()
    assert (answers[0].text, answers[0].headers["connection"]) == ("hello", "close")


async def test_a_request_that_outlasts_the_grace_is_cut_off(client: httpx.AsyncClient) -> None:
    app, stopping = App(), trio.Event()

    async def stop() -> None:
        await app.asked.wait()
        stopping.set()

    async with trio.open_nursery() as nursery:
        (url,) = await nursery.start(partial(serve_pages, app, bind="127.0.0.1:0", stopping=stopping, graceful=0.1))
        nursery.start_soon(stop)
        with pytest.raises(httpx.HTTPError):
            await client.get(f"{url}/slow")


async def test_one_who_takes_no_answer_does_not_hold_up_the_end() -> None:
    stopping, asked = trio.Event(), trio.Event()

    async def large(_scope: object, _receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": bytes(50_000_000)})  # type: ignore[operator]
        asked.set()

    async with trio.open_nursery() as nursery:
        (url,) = await nursery.start(partial(serve_pages, large, bind="127.0.0.1:0", stopping=stopping, graceful=0.1))
        stream = await trio.open_tcp_stream("127.0.0.1", httpx.URL(url).port or 0)
        await stream.send_all(ASK % b"/")
        await asked.wait()
        stopping.set()
    await stream.aclose()


async def test_after_the_stop_the_port_is_free_again() -> None:
    stopping = trio.Event()
    async with trio.open_nursery() as nursery:
        (url,) = await nursery.start(partial(serve_pages, App(), bind="127.0.0.1:0", stopping=stopping))
        stopping.set()
    with socket.socket() as again:
        again.bind(("127.0.0.1", httpx.URL(url).port or 0))


async def test_cancellation_leaves_no_task_or_socket_behind() -> None:
    app, before = App(), (tasks(), sockets())
    async with trio.open_nursery() as nursery:
        (url,) = await nursery.start(partial(serve_pages, app, bind="127.0.0.1:0", stopping=trio.Event()))
        async with await trio.open_tcp_stream("127.0.0.1", httpx.URL(url).port or 0) as stream:
            await stream.send_all(ASK % b"/slow")
            await app.asked.wait()
            nursery.cancel_scope.cancel()
    assert (tasks(), sockets()) == before
