"""What goes out, byte by byte where it matters, and that the last question comes before any of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.wire.connection import Connection
from stoker.wire.failures import Unsendable
from stoker.wire.messages import Request
from tests.wire.conftest import GET, SOON, told

if TYPE_CHECKING:
    from tests.fakes.sockets import Connection as Served
    from tests.wire.conftest import To


async def echo(connection: Served) -> None:
    """Answers with what it heard."""
    while heard := await connection.request():
        await connection.answer(heard)


async def test_a_question_has_its_headers_and_no_length(to: To) -> None:
    async with to(echo) as (way, place):
        _, heard = await told(way)
    head, _, body = heard.lower().partition(b"\r\n\r\n")
    assert head.startswith(b"get /x http/1.1\r\n")
    assert {b"accept: text/plain", b"host: 127.0.0.1:%d" % place.port} <= set(head.split(b"\r\n"))
    assert (b"length" in head, body) == (False, b"")


@pytest.mark.parametrize("body", [b"", b"{}"], ids=["nothing", "something"])
async def test_what_is_posted_says_how_long_it_is(to: To, body: bytes) -> None:
    async with to(echo) as (way, _):
        _, heard = await told(way, Request("POST", "/x", [], body))
    assert b"content-length: %d\r\n" % len(body) in heard.lower()
    assert heard.endswith(b"\r\n\r\n" + body)


@pytest.mark.parametrize(
    ("host", "port", "shown"),
    [("gw", 80, "gw"), ("gw", 8088, "gw:8088"), ("::1", 80, "[::1]"), ("fe80::2", 8088, "[fe80::2]:8088")],
)
def test_the_host_is_written_as_urls_write_it(host: str, port: int, shown: str) -> None:
    assert Connection(host, port, None)._host == shown


async def test_what_may_not_go_does_not(to: To) -> None:
    def never() -> None:
        raise PermissionError("not now")

    heard: list[bytes] = []

    async def listen(connection: Served) -> None:
        heard.append(await connection.request())

    async with to(listen) as (way, place):
        with pytest.raises(PermissionError):
            await told(way, Request("PATCH", "/x", [], b"the-body", never))
        await way.close()
        await place.empty()
    assert place.served == 1, "it was asked when the connection was there"
    assert b"the-body" not in b"".join(heard)


@pytest.mark.parametrize("value", ["s3cret\nkey", "s3cret\0key"], ids=["a line break", "a NUL"])
async def test_what_no_header_may_hold_is_refused_and_not_shown(to: To, value: str) -> None:
    async with to(echo) as (way, _):
        with pytest.raises(Unsendable) as raised:
            await way.ask(Request("GET", "/x", [("Authorization", value)]), SOON)
        assert await told(way, GET)
    assert "s3cret" not in f"{raised.value!r} {raised.value.__cause__!r}"
