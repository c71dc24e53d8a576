"""A server is usable when it says so, finishes what runs when asked to stop, and leaves nothing behind."""

from __future__ import annotations

import os
import socket
import threading
from functools import partial
from typing import TYPE_CHECKING

import httpx
import pytest
import trio

from stoker.web.serve import serve
from tests.web.conftest import App, Served

if TYPE_CHECKING:
    from trio.lowlevel import Task


def tasks() -> set[Task]:
    """Every task of this run, without those of Trio's own."""
    root = trio.lowlevel.current_root_task()
    assert root is not None
    found, todo = set(), [root]
    while todo:
        task = todo.pop()
        found.add(task)
        todo += [child for nursery in task.child_nurseries for child in nursery.child_tasks]
    return found


def sockets() -> set[str]:
    """The sockets that this process holds open."""
    names = set()
    for entry in os.scandir("/proc/self/fd"):
        try:
            target = os.readlink(entry.path)
        except FileNotFoundError:
            continue
        if target.startswith("socket:"):
            names.add(target)
    return names


async def test_it_answers_as_soon_as_it_is_started(served: Served, client: httpx.AsyncClient) -> None:
    url = await served.start(App())
    assert (await client.get(url)).text == "hello"


async def test_it_tells_where_it_is_bound(served: Served) -> None:
    told: list[list[str]] = []
    url = await served.start(App(), on_bound=told.append)
    assert told == [[url]]
    assert served.port > 0


async def test_a_request_that_runs_is_answered_after_the_stop(served: Served, client: httpx.AsyncClient) -> None:
    app, answers = App(), list[httpx.Response]()

    async def ask() -> None:
        answers.append(await client.get(f"{url}/slow"))

    url = await served.start(app)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask)
        await app.asked.wait()
        served.stopping.set()
        app.release.set()
    assert answers[0].text == "hello"


async def test_a_request_that_outlasts_the_grace_is_cut_off(client: httpx.AsyncClient) -> None:
    app, stopping = App(), trio.Event()

    async def stop() -> None:
        await app.asked.wait()
        stopping.set()

    async with trio.open_nursery() as nursery:
        (url,) = await nursery.start(partial(serve, app, bind="127.0.0.1:0", stopping=stopping, graceful=0.1))
        nursery.start_soon(stop)
        with pytest.raises(httpx.HTTPError):
            await client.get(f"{url}/slow")


async def test_after_the_stop_the_port_is_free_again() -> None:
    stopping = trio.Event()
    async with trio.open_nursery() as nursery:
        (url,) = await nursery.start(partial(serve, App(), bind="127.0.0.1:0", stopping=stopping))
        stopping.set()
    with socket.socket() as again:
        again.bind(("127.0.0.1", httpx.URL(url).port or 0))


async def test_cancellation_leaves_no_task_thread_or_socket_behind(client: httpx.AsyncClient) -> None:
    app, before = App(), (tasks(), threading.active_count(), sockets())
    async with trio.open_nursery() as nursery:
        (url,) = await nursery.start(partial(serve, app, bind="127.0.0.1:0", stopping=trio.Event()))
        async with await trio.open_tcp_stream("127.0.0.1", httpx.URL(url).port or 0) as stream:
            await stream.send_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
            await app.asked.wait()
            nursery.cancel_scope.cancel()
    assert (tasks(), threading.active_count(), sockets()) == before
    with pytest.raises(OSError, match="all attempts to connect"):
        await trio.open_tcp_stream("127.0.0.1", httpx.URL(url).port or 0)


async def test_child_processes_do_not_inherit_the_socket(served: Served) -> None:
    await served.start(App())
    inherited = await trio.run_process(["ls", "-l", "/proc/self/fd"], capture_stdout=True)
    assert b"socket:" not in inherited.stdout


async def test_an_option_that_does_not_exist_is_refused() -> None:
    with pytest.raises(AttributeError, match="keep_alive_timeuot"):
        await serve(App(), bind="127.0.0.1:0", stopping=trio.Event(), options={"keep_alive_timeuot": 5})
