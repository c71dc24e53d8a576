"""hypercorn reports success though an application failed at its start; here that is an error, with the reason."""

from __future__ import annotations

from typing import Any

import pytest
import trio

from stoker.errors import ApplicationFailed
from stoker.web.serve import serve
from tests.web.conftest import App, Served


async def raises(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    raise KeyError("no such table")


async def refuses(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "the certificate is missing"})


async def returns(scope: Any, receive: Any, send: Any) -> None:
    await receive()


@pytest.mark.parametrize(
    ("app", "why"),
    [
        (raises, "did not start: KeyError: 'no such table'"),
        (refuses, "did not start: the certificate is missing"),
        (returns, "did not start: it gave no reason"),
    ],
)
async def test_it_is_an_error_with_the_reason(app: Any, why: str, nursery: trio.Nursery) -> None:
    told: list[list[str]] = []
    with pytest.raises(ApplicationFailed, match=why):
        await serve(app, bind="127.0.0.1:0", stopping=trio.Event(), on_bound=told.append)
    assert told == []


async def test_one_that_ends_before_the_stop_is_an_error_too() -> None:
    die = trio.Event()

    async def dies(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await die.wait()
        raise OSError(5, "Input/output error")

    with pytest.raises(ApplicationFailed, match=r"ended by itself: OSError: \[Errno 5\]"):
        await serve(dies, bind="127.0.0.1:0", stopping=trio.Event(), on_bound=lambda _urls: die.set())


async def test_a_clean_end_after_the_stop_is_none(served: Served) -> None:
    async with trio.open_nursery() as nursery:
        inner = Served(nursery)
        await inner.start(App())
        inner.stopping.set()
