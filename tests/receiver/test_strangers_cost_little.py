"""Forged requests and stuck clients: memory stays flat, the log stays short, others are served, and a stop is a stop."""

from __future__ import annotations

import gc
import os
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import trio

from stoker.receiver.answers import Answer
from stoker.receiver.record import QUIET_SECONDS, Record
from tests.receiver.conftest import HOOK, Served, pushed

if TYPE_CHECKING:
    from trio.testing import MockClock

Logged = Callable[[], list[dict[str, Any]]]
FORGED = b"POST %s HTTP/1.1\r\nHost: x\r\nX-GitHub-Event: push\r\nX-Hub-Signature-256: sha256=%s\r\nContent-Length: %d\r\n\r\n"


def forged(number: int) -> bytes:
    body = pushed(f"refs/heads/b{number}") + b" " * 4096
    return FORGED % (HOOK.encode(), b"%064x" % number, len(body)) + body


def resident() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def send_forgeries(port: int, count: int) -> int:
    """How many were answered 401, over connections of 500 requests each."""
    refused = 0
    for start in range(0, count, 500):
        async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
            for number in range(start, min(start + 500, count)):
                await stream.send_all(forged(number))
                answer = b""
                while not answer.endswith(b"}\n"):
                    answer += await stream.receive_some(65536)
                refused += answer.startswith(b"HTTP/1.1 401")
    return refused


async def test_two_thousand_forged_requests_leave_memory_flat_and_a_short_log(receiver: Served, logged: Logged) -> None:
    await send_forgeries(receiver.port, 300)
    before = resident()
    assert await send_forgeries(receiver.port, 2000) == 2000
    assert resident() - before < 4 * 1024 * 1024
    assert receiver.counted("unknown", 401) == 2300
    assert len(logged()) < 20
    assert receiver.cluster.writes == 1


async def test_the_log_says_how_many_were_refused_since_its_last_line(
    autojump_clock: MockClock, logged: Logged
) -> None:
    record, refusal = Record(), Answer(401, {"error": "unauthorized: no valid signature or token"}, trusted=False)
    for _ in range(5):
        record.say("/webhook/a/" + "b" * 5000, refusal)
    await trio.sleep(QUIET_SECONDS)
    record.say("/webhook/a/b", refusal)
    first, second = logged()
    assert (first["event"], first["status"], len(first["path"])) == ("webhook_refused", 401, 200)
    assert (second["others_since_last_line"], second["path"]) == (4, "/webhook/a/b")


async def test_clients_that_stop_reading_or_sending_hold_up_neither_others_nor_the_stop(receiver: Served) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(20):
            silent = await trio.open_tcp_stream("127.0.0.1", receiver.port)
            await stack.enter_async_context(silent)
            silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            await silent.send_all(b"".join(forged(number) for number in range(10)))
            slow = await trio.open_tcp_stream("127.0.0.1", receiver.port)
            await stack.enter_async_context(slow)
            await slow.send_all(forged(0)[:300])
        assert (await receiver.push(pushed())).status_code == 202
        with trio.fail_after(25):
            await receiver.stop()


async def test_garbage_is_no_request(receiver: Served) -> None:
    async with await trio.open_tcp_stream("127.0.0.1", receiver.port) as stream:
        await stream.send_all(b"\x16\x03\x01 garbage\r\n\r\n")
        with trio.fail_after(10):
            assert (await stream.receive_some(100)).startswith(b"HTTP/1.1 400")
    assert (await receiver.push(pushed())).status_code == 202
