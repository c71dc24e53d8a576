"""Whatever shape an answer has, its body is whole, and the connection is used again where the server allows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from stoker.wire.messages import Request
from tests.wire.conftest import GET, SOON, told

if TYPE_CHECKING:
    from tests.fakes.sockets import Connection
    from tests.wire.conftest import To

SHAPES = {
    "a length": (b"HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\nbody", 1),
    "chunks": (b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nb\r\n3\r\nody\r\n0\r\n\r\n", 1),
    "hints before it": (b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\nbody", 1),
    "a farewell": (b"HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody", 2),
    "the old protocol": (b"HTTP/1.0 201 Created\r\nContent-Length: 4\r\n\r\nbody", 2),
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_it_is_whole_and_another_may_follow(to: To, shape: str) -> None:
    answer, connections = SHAPES[shape]

    async def serve(connection: Connection) -> None:
        while await connection.request():
            await connection.say(answer)

    async with to(serve) as (way, place):
        assert [await told(way), await told(way)] == [(201, b"body")] * 2
        assert place.served == connections


async def test_one_without_a_length_ends_with_its_connection(to: To) -> None:
    async def serve(connection: Connection) -> None:
        await connection.request()
        await connection.say(b"HTTP/1.1 200 OK\r\n\r\nall of it")

    async with to(serve) as (way, _):
        assert await told(way) == (200, b"all of it")


async def test_pieces_come_as_they_are_said(to: To) -> None:
    heard = trio.Event()

    async def serve(connection: Connection) -> None:
        await connection.request()
        await connection.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        await heard.wait()
        await connection.say(b"4\r\nlast\r\n0\r\n\r\n")
        await connection.until_closed()

    async with to(serve) as (way, _):
        answer = await way.ask(GET, SOON)
        pieces = []
        async for piece in answer:
            pieces.append(piece)
            heard.set()
        await answer.close()
    assert (pieces, answer.ended) == ([b"first", b"last"], True)


async def test_too_much_is_not_read_and_the_connection_goes(to: To) -> None:
    async def serve(connection: Connection) -> None:
        await connection.request()
        await connection.say(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + bytes(5000))
        await connection.until_closed()

    async with to(serve) as (way, place):
        answer = await way.ask(GET, SOON)
        assert await answer.whole(1000) is None
        await answer.close()
        await place.empty()


async def test_names_of_headers_have_no_case(to: To) -> None:
    async def serve(connection: Connection) -> None:
        await connection.request()
        await connection.say(b"HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n")

    async with to(serve) as (way, _):
        answer = await way.ask(GET, SOON)
        await answer.close()
    assert answer.retry_after == 7


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_connection_that_the_server_left_meanwhile_is_not_asked(to: To, method: str) -> None:
    async def once(connection: Connection) -> None:
        await connection.request()
        await connection.answer(b"one")

    request = Request(method, "/x", [])
    async with to(once) as (way, place):
        for _ in range(3):
            assert await told(way, request) == (200, b"one")
            await place.empty()


async def test_a_server_that_answers_before_it_has_listened_is_heard(to: To) -> None:
    async def refuse(connection: Connection) -> None:
        await connection.raw.receive_some(100)
        await connection.say(b"HTTP/1.1 413 Too Much\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")

    async with to(refuse) as (way, _):
        assert await told(way, Request("POST", "/x", [], bytes(8 << 20))) == (413, b"no")
