"""A served application, and applications that do as a test says."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import trio

from stoker.web.plain import lifespan
from stoker.web.serve import serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """hypercorn tells of failing applications, which is wanted here, and is not for the tests' own output."""
    caplog.set_level(logging.ERROR)


@dataclass
class App:
    """``/`` answers at once; ``/slow`` when ``release`` is set; ``/flood`` never ends;
    ``/body`` when it has read the request; ``/broken`` raises."""

    asked: trio.Event = field(default_factory=trio.Event)
    release: trio.Event = field(default_factory=trio.Event)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await lifespan(receive, send)
            return
        self.asked.set()
        if scope["path"] == "/broken":
            raise ZeroDivisionError("a fault of the application")
        while scope["path"] == "/body" and (await receive()).get("more_body"):
            pass
        if scope["path"] == "/slow":
            await self.release.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while scope["path"] == "/flood":
            await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
        await send({"type": "http.response.body", "body": b"hello"})


@dataclass
class Served:
    """A server that runs in ``nursery`` until ``stopping``."""

    nursery: trio.Nursery
    stopping: trio.Event = field(default_factory=trio.Event)
    url: str = ""

    async def start(self, app: Any, **options: Any) -> str:
        """The URL under which ``app`` is served."""
        bound = partial(serve, app, bind="127.0.0.1:0", stopping=self.stopping, **options)
        (self.url,) = await self.nursery.start(bound)
        return self.url

    @property
    def port(self) -> int:
        """The port it is bound to."""
        return httpx.URL(self.url).port or 0


@pytest.fixture
async def served(nursery: trio.Nursery) -> Served:
    """A server that the test starts; the test's end cancels it."""
    return Served(nursery)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        yield client
