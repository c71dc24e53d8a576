"""How a connection to the API server is made and what becomes of it, beneath what is asked."""

from __future__ import annotations

import socket
from contextlib import suppress

import pytest
import trio

from stoker.errors import ClusterError
from stoker.kube.cluster import CONFIGMAPS
from stoker.kube.config import Access
from stoker.kube.http import HttpCluster
from stoker.kube.http.ways import KEEPALIVE, UNDELIVERED_SECONDS, maker
from stoker.wire.connection import Connection
from stoker.wire.messages import Bounds, Request
from tests.fakes.sockets import Connection as Served
from tests.fakes.sockets import listening
from tests.fakes.ways import Noted
from tests.kube.http.conftest import Tokens


async def get(cluster: HttpCluster) -> None:
    with suppress(ClusterError):
        await cluster.get(CONFIGMAPS, "plant", "a")


@pytest.mark.parametrize("prefix", ["", "/k8s/clusters/c-1"])
async def test_a_server_behind_a_path_is_asked_there(prefix: str) -> None:
    way = Noted()
    async with HttpCluster(Access(f"https://rancher{prefix}", None, Tokens("t")), way=way) as cluster:
        await get(cluster)
    assert way.asked[0].target == f"{prefix}/api/v1/namespaces/plant/configmaps/a"


async def test_one_whose_answer_ended_is_kept_and_closed_at_the_end() -> None:
    way = Noted()
    async with HttpCluster(Access("https://api", None, Tokens("t")), way=way) as cluster:
        await get(cluster)
        assert way.closed == 0
    assert way.closed == 1


async def test_one_that_was_given_up_is_closed() -> None:
    way = Noted(hangs=True)
    async with HttpCluster(Access("https://api", None, Tokens("t")), way=way) as cluster:
        with trio.move_on_after(0.01):
            await get(cluster)
        assert way.closed == 1


async def test_the_kernel_finds_what_is_dead() -> None:
    async def echo(connection: Served) -> None:
        await connection.answer(await connection.request())

    async with listening(echo) as place:
        way = maker(Access(f"http://127.0.0.1:{place.port}", None, Tokens("t")))()
        assert isinstance(way, Connection)
        answer = await way.ask(Request("GET", "/", []), Bounds())
        assert way._line is not None
        kept = way._line._socket
        found = [kept.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for _, name in KEEPALIVE]
        assert found == [seconds for seconds, _ in KEEPALIVE]
        assert kept.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert kept.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == UNDELIVERED_SECONDS * 1000
        await answer.close()
