"""A server that answers the headers alone and hangs up leaves no generator half run in us."""

from __future__ import annotations

import gc
from contextlib import suppress
from functools import partial

import httpx
import trio

from stoker.git.http import Request, new_client, send

REFUSAL = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
MORE_THAN_BUFFERS_HOLD = 16 << 20


async def refuse(stream: trio.SocketStream) -> None:
    """Reads the headers, answers and hangs up: with a body unread that is a reset."""
    seen = b""
    while b"\r\n\r\n" not in seen:
        seen += await stream.receive_some(1024)
    await stream.send_all(REFUSAL)
    await stream.aclose()


async def test_what_sent_the_body_is_not_left_half_run(nursery: trio.Nursery) -> None:
    (listener,) = await nursery.start(partial(trio.serve_tcp, refuse, 0, host="127.0.0.1"))
    port = listener.socket.getsockname()[1]
    request = Request("POST", f"http://127.0.0.1:{port}/plant.git", {}, bytes(MORE_THAN_BUFFERS_HOLD))
    async with new_client(timeout=20) as client:
        with suppress(httpx.HTTPError):  # or the answer: whichever comes first, it or the end of the connection
            await send(client, request, limit=1024)
    gc.collect()  # what an asynchronous generator leaves behind is an error here
