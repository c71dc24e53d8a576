"""A server that is to end serves on for a while, and each answer then ends its connection: nobody meets a closed door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio
import trio.testing

from stoker.web.serve import serve
from tests.web.conftest import App, Served

if TYPE_CHECKING:
    import httpx

LONG = 600.0


async def test_a_kept_connection_is_told_with_its_next_answer(served: Served, client: httpx.AsyncClient) -> None:
    url = await served.start(App(), linger=LONG)
    before = await client.get(url)
    served.stopping.set()
    await trio.testing.wait_all_tasks_blocked()
    after = await client.get(url)
    assert ("connection" in before.headers, after.headers["connection"]) == (False, "close")


async def test_whoever_comes_meanwhile_is_served(served: Served, client: httpx.AsyncClient) -> None:
    url = await served.start(App(), linger=LONG)
    served.stopping.set()
    await trio.testing.wait_all_tasks_blocked()
    assert [(await client.get(url)).text for _ in range(3)] == ["hello"] * 3


async def test_after_that_it_ends_by_itself() -> None:
    stopping = trio.Event()
    stopping.set()
    await serve(App(), bind="127.0.0.1:0", stopping=stopping, linger=0.01)
