"""Servers that take a connection and say nothing, say it without end, or do not even take the connection."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from stoker.errors import GitBusy, GitTimeout
from stoker.git.credentials import Credentials
from stoker.git.fetch import StorePool
from stoker.git.offload import Thread
from stoker.git.remote import Remote
from tests.fakes.gitservers import black_hole, dripping_server, open_sockets, silent_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.fakes.gitrepos import Origin
    from tests.fakes.gitservers import HttpServer

NOBODY = Credentials.none()
SHORT, LONG = 0.3, 30.0


@pytest.fixture(params=[silent_server, dripping_server, black_hole], ids=["silent", "dripping", "black hole"])
def hanging(request: pytest.FixtureRequest) -> Iterator[int]:
    """The port of a server that hangs in one of three ways."""
    with request.param() as port:
        yield port


@pytest.mark.parametrize("scheme", ["http", "git"])
async def test_a_look_up_is_given_up_within_its_bound(hanging: int, scheme: str) -> None:
    async with Remote(Thread(), timeout=SHORT, read_timeout=1) as remote:
        with pytest.raises(GitTimeout, match="check the server and the network"):
            await remote.resolve(f"{scheme}://127.0.0.1:{hanging}/plant.git", "main", NOBODY)


@pytest.mark.parametrize("scheme", ["http", "git"])
async def test_a_fetch_is_given_up_within_its_bound(hanging: int, scheme: str, tmp_path: Path) -> None:
    pool = StorePool(tmp_path / "stores", offload=Thread(), fetch_deadline=SHORT, read_timeout=1)
    with pytest.raises(GitTimeout):
        await pool.ensure(f"{scheme}://127.0.0.1:{hanging}/plant.git", "a" * 40, "main", NOBODY)


@pytest.mark.parametrize("server", [silent_server, black_hole])
@pytest.mark.parametrize("scheme", ["http", "git"])
async def test_each_read_and_connect_of_a_fetch_has_a_bound_of_its_own(
    server: Callable[[], AbstractContextManager[int]], scheme: str, tmp_path: Path
) -> None:
    pool = StorePool(tmp_path / "stores", offload=Thread(), fetch_deadline=LONG, read_timeout=SHORT)
    with server() as port, pytest.raises(GitTimeout, match="timed out"):
        await pool.ensure(f"{scheme}://127.0.0.1:{port}/plant.git", "a" * 40, "main", NOBODY)


async def test_many_servers_that_hang_keep_nobody_else_waiting(http: HttpServer, origin: Origin) -> None:
    commit = origin.commit({"a": "1"})
    with silent_server() as port:
        async with Remote(Thread(), timeout=LONG) as remote, trio.open_nursery() as nursery:
            for number in range(120):
                nursery.start_soon(remote.resolve, f"http://127.0.0.1:{port}/{number}.git", "main", NOBODY)
            await wait_all_tasks_blocked(0.1)
            with trio.fail_after(LONG / 2):
                assert (await remote.resolve(f"{http.url}/plant.git", "main", NOBODY)).commit == commit
            nursery.cancel_scope.cancel()


async def test_a_cancelled_look_up_leaves_no_socket() -> None:
    before = open_sockets()
    with silent_server() as port:
        async with Remote(Thread(), timeout=LONG) as remote, trio.open_nursery() as nursery:
            nursery.start_soon(remote.resolve, f"http://127.0.0.1:{port}/plant.git", "main", NOBODY)
            await wait_all_tasks_blocked(0.1)
            nursery.cancel_scope.cancel()
    assert open_sockets() <= before


# --- the thread in which libgit2 runs ----------------------------------------------------------------------------


async def _hang(thread: Thread, release: threading.Event) -> None:
    with pytest.raises(GitTimeout, match="the server"):
        await thread(lambda _: release.wait(LONG), deadline=SHORT, what="the server")


async def test_a_hanging_call_is_reported_abandoned_and_counted() -> None:
    thread, release = Thread(), threading.Event()
    await _hang(thread, release)
    assert (thread.abandoned_total, thread.stuck_since is None) == (1, False)
    release.set()


async def test_nothing_begins_while_an_abandoned_call_hangs() -> None:
    thread, release = Thread(), threading.Event()
    await _hang(thread, release)
    begun: list[str] = []
    for _ in range(3):
        with pytest.raises(GitBusy, match="still hangs"):
            await thread(lambda _: begun.append("x"), deadline=LONG, what="the server")
    assert (begun, thread.abandoned_total) == ([], 1)
    release.set()


async def test_work_goes_on_once_the_abandoned_call_ended() -> None:
    thread, release = Thread(), threading.Event()
    await _hang(thread, release)
    release.set()
    done: list[str] = []
    with trio.fail_after(LONG):
        while not done:
            with suppress(GitBusy):
                done.append(await thread(lambda _: "done", deadline=LONG, what="the server"))
    assert thread.stuck_since is None


async def test_an_abandoned_call_is_told_to_stop() -> None:
    thread, told = Thread(), threading.Event()

    def work(stop: threading.Event) -> None:
        stop.wait(LONG)
        told.set()

    with pytest.raises(GitTimeout):
        await thread(work, deadline=SHORT, what="the server")
    assert await trio.to_thread.run_sync(told.wait, LONG)


async def test_a_call_cancelled_before_it_began_does_not_count_as_hanging() -> None:
    thread = Thread()
    with trio.CancelScope() as scope:
        scope.cancel()
        await thread(lambda _: "never", deadline=LONG, what="the server")
    assert (thread.abandoned_total, thread.stuck_since) == (0, None)
    assert await thread(lambda _: "done", deadline=LONG, what="the server") == "done"


async def test_hanging_calls_take_no_thread_from_the_rest_of_the_process() -> None:
    release = threading.Event()
    limit = int(trio.to_thread.current_default_thread_limiter().total_tokens)
    async with trio.open_nursery() as nursery:
        for _ in range(limit + 1):
            nursery.start_soon(_hang, Thread(), release)
    with trio.fail_after(LONG):
        assert await trio.to_thread.run_sync(lambda: "free") == "free"
    release.set()
