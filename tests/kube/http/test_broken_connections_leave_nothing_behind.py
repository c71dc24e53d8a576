"""Real sockets on bad days: whatever breaks ends in a clear error or a new try, and no connection stays open."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.errors import ClusterError, ClusterUnreachable, StokerError, WatchExpired
from stoker.kube.cluster import CONFIGMAPS
from stoker.kube.config import Access
from stoker.kube.http import HttpCluster
from stoker.kube.http.bounds import Bounds
from tests.fakes.sockets import Connection, listening
from tests.kube.http.conftest import Tokens, named, told

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.fakes.sockets import Handler, Place

BODY = b'{"metadata":{"name":"a"}}'
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


@asynccontextmanager
async def cluster_of(handler: Handler, **bounds: Any) -> AsyncIterator[tuple[HttpCluster, Place]]:
    """An adapter before that server; in the end nobody is connected any more."""
    async with listening(handler) as place:
        access = Access(f"http://127.0.0.1:{place.port}", None, Tokens("a-good-token"))
        async with HttpCluster(access, bounds=Bounds(**bounds)) as cluster:
            yield cluster, place
        with trio.fail_after(10):
            await place.empty()


async def get(cluster: HttpCluster) -> str:
    return (await cluster.get(CONFIGMAPS, "plant", "a")).metadata.name


async def test_a_connection_is_used_again_and_closed_at_the_end() -> None:
    async def all_of_them(connection: Connection) -> None:
        while await connection.request():
            await connection.answer(BODY)

    async with cluster_of(all_of_them) as (cluster, place):
        for _ in range(5):
            await get(cluster)
        assert (place.served, place.open) == (1, 1)


async def test_a_server_that_closes_after_each_answer_is_asked_anew() -> None:
    async def only_one(connection: Connection) -> None:
        await connection.request()
        await connection.answer(BODY)

    async with cluster_of(only_one) as (cluster, place):
        for _ in range(5):
            assert await get(cluster) == "a"
        assert place.served == 5


async def test_a_kept_connection_that_is_reset_under_a_request_is_replaced_once() -> None:
    async def one_then_reset(connection: Connection) -> None:
        await connection.request()
        await connection.answer(BODY)
        await connection.request()
        connection.reset()

    async with cluster_of(one_then_reset) as (cluster, _):
        for _ in range(4):
            assert await get(cluster) == "a"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{",
        CHUNKED + chunk(b"{"),
        CHUNKED + b"ff",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        CHUNKED + b"zz\r\n",
    ],
    ids=["nothing", "half a head", "half a body", "half a chunk", "half a size", "ssh", "no length", "no size"],
)
@pytest.mark.parametrize("rough", [False, True], ids=["closed", "reset"])
async def test_what_breaks_off_is_unreachable(answer: bytes, *, rough: bool) -> None:
    async def breaking(connection: Connection) -> None:
        await connection.request()
        await connection.say(answer)
        if rough:
            connection.reset()

    async with cluster_of(breaking) as (cluster, _):
        with pytest.raises((ClusterUnreachable, ClusterError), match=r"list configmaps in plant: http://127.0.0.1"):
            await cluster.list(CONFIGMAPS, "plant")


async def test_a_server_that_never_answers_is_given_up_and_left() -> None:
    async def mute(connection: Connection) -> None:
        await connection.until_closed()

    async with cluster_of(mute, request=0.3) as (cluster, place):
        with pytest.raises(ClusterUnreachable, match=r"no answer within 0.3 s"):
            await get(cluster)
        await place.empty()


async def test_nobody_at_the_address_is_told() -> None:
    async with listening(Connection.until_closed) as place:
        pass
    access = Access(f"http://127.0.0.1:{place.port}", None, Tokens("a-good-token"))
    async with HttpCluster(access) as cluster:
        with pytest.raises(ClusterUnreachable, match="check the network and the API server"):
            await get(cluster)


async def test_what_is_cancelled_closes_its_connection() -> None:
    async def half(connection: Connection) -> None:
        await connection.request()
        await connection.say(CHUNKED + chunk(b"{"))
        await connection.until_closed()

    async with cluster_of(half) as (cluster, place):
        with trio.move_on_after(0.3) as scope:
            await cluster.list(CONFIGMAPS, "plant")
        assert scope.cancelled_caught
        await place.empty()
        with trio.move_on_after(0.3):
            await watched(cluster)
        await place.empty()


async def watched(cluster: HttpCluster) -> list[str]:
    """Names that one watch tells."""
    send, receive = trio.open_memory_channel[Any](100)
    await cluster.watch(CONFIGMAPS, "plant", resource_version="1", into=send)
    send.close()
    return [event.object.metadata.name async for event in receive if event.object is not None]


async def test_a_watch_in_single_bytes_is_a_watch() -> None:
    lines = told("ADDED", named("a", "2")) + told("ADDED", named("b", "3"))

    async def bytewise(connection: Connection) -> None:
        await connection.request()
        await connection.say(CHUNKED)
        for at in range(len(lines)):
            await connection.say(chunk(lines[at : at + 1]))
        await connection.say(b"0\r\n\r\n")
        await connection.until_closed()

    async with cluster_of(bytewise) as (cluster, _):
        assert await watched(cluster) == ["a", "b"]


async def test_a_watch_that_falls_silent_is_ended_and_left() -> None:
    async def silent(connection: Connection) -> None:
        await connection.request()
        await connection.say(CHUNKED + chunk(told("ADDED", named("a", "2"))))
        await connection.until_closed()

    async with cluster_of(silent, silence=0.3) as (cluster, place):
        with pytest.raises(WatchExpired):
            await watched(cluster)
        await place.empty()


async def test_a_watch_that_breaks_within_a_line_is_unreachable() -> None:
    async def breaking(connection: Connection) -> None:
        await connection.request()
        await connection.say(
            CHUNKED + chunk(told("ADDED", named("a", "2"))) + chunk(told("ADDED", named("b", "3"))[:20])
        )

    async with cluster_of(breaking) as (cluster, _):
        with pytest.raises(ClusterUnreachable):
            await watched(cluster)


async def test_more_watches_than_connections_for_requests_hold_no_request_up() -> None:
    async def either(connection: Connection) -> None:
        while request := await connection.request():
            if b"watch=1" in request:
                await connection.say(CHUNKED)
                await connection.until_closed()
                return
            await connection.answer(BODY)

    async with cluster_of(either, connections=2) as (cluster, place), trio.open_nursery() as nursery:
        for _ in range(30):
            nursery.start_soon(watched, cluster)
        while place.open < 30:
            await place.changed.wait()
        assert await get(cluster) == "a"
        nursery.cancel_scope.cancel()


async def test_more_requests_than_connections_wait_for_their_turn() -> None:
    async def all_of_them(connection: Connection) -> None:
        while await connection.request():
            await connection.answer(BODY)

    async with cluster_of(all_of_them, connections=3) as (cluster, place):
        async with trio.open_nursery() as nursery:
            for _ in range(50):
                nursery.start_soon(get, cluster)
        assert place.served <= 3


async def test_requests_that_are_cancelled_at_any_moment_keep_no_connection() -> None:
    async def slow(connection: Connection) -> None:
        while await connection.request():
            await trio.sleep(0.002)
            await connection.say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY))
            await trio.sleep(0.002)
            await connection.say(BODY)

    async with cluster_of(slow, connections=2, read=3.0) as (cluster, _):
        for count in range(300):
            async with trio.open_nursery() as nursery:
                for _ in range(5):
                    nursery.start_soon(get, cluster)
                await trio.sleep(count % 15 / 1500)
                nursery.cancel_scope.cancel()
        assert [await get(cluster) for _ in range(3)] == ["a"] * 3


async def test_proxies_of_the_environment_are_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    async def only_one(connection: Connection) -> None:
        await connection.request()
        await connection.answer(BODY)

    async with cluster_of(only_one) as (cluster, _):
        assert await get(cluster) == "a"


async def test_every_failure_is_one_of_ours() -> None:
    async def odd(connection: Connection) -> None:
        await connection.request()
        await connection.say(b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n")

    async with cluster_of(odd) as (cluster, _):
        with pytest.raises(StokerError, match="302, a redirect, which an API server does not send"):
            await get(cluster)
