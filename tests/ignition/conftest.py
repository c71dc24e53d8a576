"""A simulated gateway behind a real socket, and clients to it whose key can be changed under them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.ignition.client import GatewayClient
from stoker.standalone.simulator.gateway import SimulatedGateway

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

SECRET = "s3cret-of-the-gateway"
KEY = f"stoker:{SECRET}"


@dataclass
class Key:
    """Where the client reads its key; ``reads`` counts."""

    text: str = KEY
    reads: int = 0

    async def read(self) -> str:
        """The present key."""
        self.reads += 1
        return self.text


@pytest.fixture
def key() -> Key:
    """The client's key."""
    return Key()


@pytest.fixture
def gateway(tmp_path: Path) -> SimulatedGateway:
    """The gateway; served by ``url``."""
    return SimulatedGateway(tmp_path, key=KEY, inline=True)


@pytest.fixture
async def url(gateway: SimulatedGateway) -> AsyncIterator[str]:
    """The gateway on a free port."""
    stopping = trio.Event()
    async with trio.open_nursery() as nursery:
        urls: list[str] = await nursery.start(partial(gateway.run, "127.0.0.1:0", stopping=stopping))
        yield urls[0]
        nursery.cancel_scope.cancel()


@pytest.fixture
async def client(url: str, key: Key) -> AsyncIterator[GatewayClient]:
    """A client of the served gateway, with small bounds."""
    async with GatewayClient(url, api_key=key.read, bound=5.0, pause=0.001) as made:
        yield made


@pytest.fixture
def connect(key: Key) -> Callable[..., GatewayClient]:
    """Makes clients: ``connect(url, **options)``; the test enters them."""

    def make(base_url: str, **options: Any) -> GatewayClient:
        return GatewayClient(base_url, api_key=key.read, **{"bound": 5.0, "pause": 0.001, **options})

    return make
