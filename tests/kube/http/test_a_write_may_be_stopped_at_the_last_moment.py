"""A fenced write asks as it goes out, after it has waited for its connection: what may not go then is never whole."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import trio
import trio.testing

from stoker.errors import LeadershipLost
from stoker.kube.cluster import CONFIGMAPS
from stoker.kube.config import Access
from stoker.kube.http import HttpCluster

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ANSWER = b'{"metadata": {"name": "thing"}}'
WRITES: dict[str, Any] = {
    "create": lambda cluster: cluster.create(CONFIGMAPS, "plant", {"metadata": {"name": "the-body"}}),
    "patch": lambda cluster: cluster.patch(CONFIGMAPS, "plant", "thing", {"data": {"the-body": "x"}}),
    "delete": lambda cluster: cluster.delete(CONFIGMAPS, "plant", "thing", uid="the-body"),
}


class Nobody:
    """Shows nothing."""

    async def authorization(self) -> None:
        return None

    async def refused(self, value: str | None) -> bool:
        return False


class Server:
    """Answers every whole request; ``heard`` is what came, ``met`` how many connected."""

    def __init__(self) -> None:
        self.heard = b""
        self.met = 0

    async def serve(self, stream: trio.SocketStream) -> None:
        self.met += 1
        request = b""
        async for some in stream:
            self.heard += some
            request += some
            if request.endswith(b"}") or (request.startswith(b"GET") and request.endswith(b"\r\n\r\n")):
                request = b""
                head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(ANSWER)}\r\n\r\n"
                await stream.send_all(head.encode() + ANSWER)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def cluster(server: Server, nursery: trio.Nursery) -> AsyncIterator[HttpCluster]:
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    nursery.start_soon(partial(trio.serve_listeners, server.serve, listeners))
    port = listeners[0].socket.getsockname()[1]
    async with HttpCluster(Access(f"http://127.0.0.1:{port}", None, Nobody())) as cluster:
        yield cluster


def never() -> None:
    raise LeadershipLost("not any more")


@pytest.mark.parametrize("verb", WRITES)
async def test_what_may_go_goes_whole(cluster: HttpCluster, server: Server, verb: str) -> None:
    await WRITES[verb](cluster.fenced(lambda: None))
    assert b"the-body" in server.heard
    assert b"transfer-encoding" not in server.heard.lower()


@pytest.mark.parametrize("verb", WRITES)
async def test_what_may_not_go_is_never_whole(cluster: HttpCluster, server: Server, verb: str) -> None:
    with pytest.raises(LeadershipLost):
        await WRITES[verb](cluster.fenced(never))
    assert b"the-body" not in server.heard


async def test_reading_and_others_are_not_asked(cluster: HttpCluster) -> None:
    await cluster.fenced(never).get(CONFIGMAPS, "plant", "thing")
    await WRITES["patch"](cluster)


async def test_it_is_asked_after_the_connection_was_had(cluster: HttpCluster, server: Server) -> None:
    """By then a leader may have been frozen for a minute."""
    asked: list[bytes] = []

    def ask() -> None:
        asked.append(server.heard)
        never()

    with pytest.raises(LeadershipLost):
        await WRITES["patch"](cluster.fenced(ask))
    assert len(asked) == 1
    await trio.testing.wait_all_tasks_blocked(0.05)
    assert server.met == 1, "the connection was there: the question came last"
    assert server.heard == b""
