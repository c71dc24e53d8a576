"""Bodies are bounded one by one, in sum and in time, and proof that stands in a header is asked for before any body."""

from __future__ import annotations

from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.receiver.app import BODY_LIMIT
from stoker.web.intake import BODY_SECONDS, SUM_LIMIT, Intake, Refused
from tests.receiver.conftest import HOOK, Serve, Served, pushed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from trio.testing import MockClock

MIB = 1024 * 1024
LOOKS_SIGNED = b"X-Hub-Signature-256: sha256=" + b"0" * 64


def head(*lines: bytes) -> bytes:
    return b"\r\n".join((b"POST %s HTTP/1.1" % HOOK.encode(), b"Host: x", *lines, b"", b""))


async def said(stream: trio.SocketStream, *parts: bytes) -> bytes:
    """The status with which a request of these parts is answered, however early."""
    with trio.fail_after(20), suppress(trio.BrokenResourceError):
        for part in parts:
            await stream.send_all(part)
    with trio.fail_after(20):
        return (await stream.receive_some(65536)).split(b" ")[1]


async def test_a_body_of_the_limit_is_read_and_one_byte_more_is_413(receiver: Served) -> None:
    body = pushed() + b" " * (BODY_LIMIT - len(pushed()))
    assert BODY_LIMIT == 25 * MIB
    assert (await receiver.push(body)).status_code == 202
    async with await trio.open_tcp_stream("127.0.0.1", receiver.port) as stream:
        assert await said(stream, head(LOOKS_SIGNED, b"Content-Length: %d" % (len(body) + 1)), body, b" ") == b"413"
    assert receiver.counted("unknown", 413) == 1


async def test_a_declared_length_beyond_the_limit_is_413_before_a_byte_of_it_comes(receiver: Served) -> None:
    for length in (b"26214401", b"9" * 19):
        for proof in (LOOKS_SIGNED, b"X-Nothing: x"):
            async with await trio.open_tcp_stream("127.0.0.1", receiver.port) as stream:
                assert await said(stream, head(proof, b"Content-Length: " + length)) == b"413"


async def test_a_chunked_body_beyond_the_limit_is_413(receiver: Served) -> None:
    chunk = b"100000\r\n" + b" " * MIB + b"\r\n"
    async with await trio.open_tcp_stream("127.0.0.1", receiver.port) as stream:
        assert await said(stream, head(LOOKS_SIGNED, b"Transfer-Encoding: chunked"), *[chunk] * 40) == b"413"


@pytest.mark.parametrize(
    ("env", "proof"),
    [
        ({"WEBHOOK_HMAC_SECRET": "a-secret"}, b"X-Nothing: x"),
        ({"WEBHOOK_HMAC_SECRET": "a-secret"}, b"X-Hub-Signature: sha1=" + b"0" * 40),
        ({"WEBHOOK_BEARER_TOKEN": "a-token"}, b"Authorization: Bearer wrong"),
        ({"WEBHOOK_BEARER_TOKEN": "a-token"}, LOOKS_SIGNED),
    ],
)
async def test_who_shows_no_proof_is_refused_before_the_body(serving: Serve, env: dict[str, str], proof: bytes) -> None:
    served = await serving(env)
    async with await trio.open_tcp_stream("127.0.0.1", served.port) as stream:
        assert await said(stream, head(proof, b"Content-Length: 1000")) == b"401"


async def test_unfinished_bodies_are_bounded_in_sum_and_the_next_sender_is_served_again(receiver: Served) -> None:
    """A hundred senders of a MiB each that never ends: past 64 MiB they are answered 503; when they go, all is well."""
    answered: list[bytes] = []

    async def hold(stream: trio.SocketStream) -> None:
        answered.append(await said(stream, head(LOOKS_SIGNED, b"Content-Length: 2000000"), b"x" * MIB))
        if len(answered) >= 100 - SUM_LIMIT // MIB:
            nursery.cancel_scope.cancel()

    async with AsyncExitStack() as stack:
        with trio.fail_after(20):
            async with trio.open_nursery() as nursery:
                for _ in range(100):
                    stream = await trio.open_tcp_stream("127.0.0.1", receiver.port)
                    nursery.start_soon(hold, await stack.enter_async_context(stream))
        assert set(answered) == {b"503"}
    with trio.fail_after(20):
        status = 503
        while status == 503:  # until the server has heard that they hung up
            status = (await receiver.push(pushed())).status_code
    assert "pushed-at" in await receiver.annotations()


def sender(*parts: dict[str, Any]) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Gives ``parts``, and then a byte a second for ever."""
    left = list(parts)

    async def receive() -> dict[str, Any]:
        if left:
            return left.pop(0)
        await trio.sleep(1)
        return {"type": "http.request", "body": b"x", "more_body": True}

    return receive


async def test_a_body_that_drips_is_given_up_after_a_while(autojump_clock: MockClock) -> None:
    began = trio.current_time()
    with pytest.raises(Refused) as refused:
        await Intake(BODY_LIMIT).read(sender(), "")
    assert (refused.value.status, trio.current_time() - began) == (408, BODY_SECONDS)


async def test_a_sender_that_hangs_up_frees_what_it_held() -> None:
    intake = Intake(BODY_LIMIT)
    for _ in range(10):
        part = {"type": "http.request", "body": b"x" * 10 * MIB, "more_body": True}
        with pytest.raises(Refused, match="hung up"):
            await intake.read(sender(part, {"type": "http.disconnect"}), "")
    whole = {"type": "http.request", "body": b"x" * 20 * MIB, "more_body": False}
    assert len(await intake.read(sender(whole), "")) == 20 * MIB
