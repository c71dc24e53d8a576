"""Each way in which there is no answer is an error of its own, within its bound, and leaves nobody connected."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
import trio
import trio.testing

from stoker.nursery.causes import causes
from stoker.wire.connection import Connection
from stoker.wire.failures import HungUp, Late, Senseless, Unconnected, WireFailure
from stoker.wire.messages import Bounds, Request
from tests.fakes.sockets import listening
from tests.wire.conftest import GET, SOON, told

if TYPE_CHECKING:
    from tests.fakes.sockets import Connection as Served
    from tests.wire.conftest import To


async def mute(connection: Served) -> None:
    await connection.until_closed()


@pytest.mark.parametrize(
    "said",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Le", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"],
    ids=["nothing", "half a head", "half a body"],
)
@pytest.mark.parametrize("rough", [False, True], ids=["closed", "reset"])
async def test_who_hangs_up_hung_up(to: To, said: bytes, *, rough: bool) -> None:
    async def breaking(connection: Served) -> None:
        await connection.request()
        await connection.say(said)
        if rough:
            connection.reset()

    async with to(breaking) as (way, place):
        with pytest.raises(HungUp):
            await told(way)
        await place.empty()


async def test_what_is_no_http_makes_no_sense() -> None:
    async def ssh(connection: Served) -> None:
        await connection.request()
        await connection.say(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
        await connection.until_closed()

    async with listening(ssh) as place:
        with pytest.raises(Senseless, match=r"SSH-2\.0"):
            await told(Connection(place.host, place.port, None))
        await place.empty()


async def test_silence_is_late(to: To) -> None:
    async with to(mute) as (way, place):
        with pytest.raises(Late):
            await told(way, bounds=Bounds(read=0.1))
        await place.empty()


async def test_silence_in_the_middle_is_late(to: To) -> None:
    async def half(connection: Served) -> None:
        await connection.request()
        await connection.say(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
        await connection.until_closed()

    async with to(half) as (way, place):
        with pytest.raises(Late):
            await told(way, bounds=Bounds(read=0.1))
        await place.empty()


async def test_what_nobody_takes_is_late(to: To) -> None:
    over = trio.Event()

    async def deaf(connection: Served) -> None:
        await over.wait()

    async with to(deaf) as (way, _):
        with pytest.raises(Late):
            await told(way, Request("POST", "/x", [], bytes(64 << 20)), Bounds(write=0.1))
        over.set()


async def test_a_handshake_that_nobody_answers_is_late() -> None:
    trust = ssl.create_default_context()
    async with listening(mute) as place:
        with pytest.raises(Late):
            await told(Connection(place.host, place.port, trust), bounds=Bounds(connect=0.1))
        await place.empty()


async def test_tls_with_what_has_none_is_no_connection() -> None:
    async def plain(connection: Served) -> None:
        await connection.say(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    async with listening(plain) as place:
        with pytest.raises(Unconnected) as raised:
            await told(Connection(place.host, place.port, ssl.create_default_context()))
    assert any(isinstance(cause, ssl.SSLError) for cause in causes(raised.value))


async def test_where_nobody_listens_is_no_connection(to: To) -> None:
    async with to(mute) as (way, place):
        pass
    assert place.served == 0
    with pytest.raises(Unconnected):
        await told(way)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "", "a..b", "x" * 300])
async def test_a_name_that_leads_nowhere_is_no_connection(host: str) -> None:
    with pytest.raises(Unconnected):
        await told(Connection(host, 80, None))


@pytest.mark.parametrize("breath", ["one", "two"])
async def test_what_was_said_unasked_is_not_taken_for_an_answer(breath: str) -> None:
    one, forged = (
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body) for body in (b"one", b"forged")
    )
    spoken = trio.Event()

    async def forward(connection: Served) -> None:
        await connection.request()
        for said in (one + forged,) if breath == "one" else (one, forged):
            await connection.say(said)
        spoken.set()
        while await connection.request():
            await connection.answer(b"two")

    async with listening(forward) as place:
        way = Connection(place.host, place.port, None)
        assert (await told(way))[1] == b"one"
        await spoken.wait()
        assert (await told(way))[1] != b"forged"
        await way.close()


async def test_cancelled_anywhere_nobody_stays_connected(to: To) -> None:
    async def slow(connection: Served) -> None:
        while await connection.request():
            await trio.lowlevel.checkpoint()
            await connection.say(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
            await trio.lowlevel.checkpoint()
            await connection.say(b"the whole")

    async with to(slow) as (way, place):
        for steps in range(40):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(told, way)
                for _ in range(steps):
                    await trio.lowlevel.checkpoint()
                nursery.cancel_scope.cancel()
        assert await told(way, GET, SOON) == (200, b"the whole")
        await way.close()
        await place.empty()


def test_what_went_wrong_is_one_family() -> None:
    assert all(issubclass(kind, WireFailure) for kind in (HungUp, Late, Senseless, Unconnected))
