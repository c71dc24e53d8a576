"""A simulated gateway on a wire without a socket, asked as a client would, on whichever clock the test has."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import trio

from stoker.standalone.simulator.gateway import SimulatedGateway
from tests.fakes.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY = "stoker:s3cret"
API = "/data/api/v1"


class Ask:
    """Asks one gateway; ``key`` None sends none."""

    def __init__(self, gateway: SimulatedGateway) -> None:
        self.gateway = gateway
        self.http = httpx.AsyncClient(transport=Wire(gateway), base_url="http://gateway", timeout=None)

    async def get(self, path: str, **more: Any) -> httpx.Response:
        """GET without a key."""
        return await self.http.get(path, **more)

    async def post(self, path: str, body: Any = None, *, key: str | None = KEY, **more: Any) -> httpx.Response:
        """POST JSON, ``{}`` unless told otherwise, with a key."""
        headers = {} if key is None else {"X-Ignition-API-Token": key}
        return await self.http.post(path, json={} if body is None else body, headers=headers, **more)

    async def scanned(self, kind: str = "projects") -> dict[str, Any]:
        """Ask for a scan and wait until it is over; what GET then says."""
        await self.post(f"{API}/scan/{kind}")
        return await self.idle(kind)

    async def idle(self, kind: str = "projects") -> dict[str, Any]:
        """Wait until no scan of that kind is asked for or active."""
        while True:
            status: dict[str, Any] = (await self.get(f"{API}/scan/{kind}")).json()
            if not status["scanActive"]:
                return status
            await trio.sleep(0.01)


class Resource:
    """A resource on disk, written in parts by the test; ``sign`` computes the signature by a few lines of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def manifest(self) -> Path:
        """Its resource.json."""
        return self.folder / "resource.json"

    def write(self, **payloads: str) -> None:
        """A whole and signed resource; names have ``_`` for the dot."""
        files = {name.replace("_", "."): text for name, text in payloads.items()}
        for name, text in files.items():
            (self.folder / name).write_text(text)
        self.manifest.write_text(self.signed(files))

    @staticmethod
    def signed(files: dict[str, str]) -> str:
        """The text of a resource.json that is signed over ``files``."""
        stamp = {"actor": "admin", "timestamp": "2026-01-01T00:00:00Z"}
        text = b"\0\0\0\1" + b"\0\0\0\1" + b"\0\0\1"
        text += b"".join(n.encode() + hashlib.sha256(files[n].encode()).hexdigest().encode() for n in sorted(files))
        text += b"lastModification" + json.dumps(stamp, separators=(",", ":")).encode()
        attributes = {"lastModification": stamp, "lastModificationSignature": hashlib.sha256(text).hexdigest()}
        head = {"scope": "G", "version": 1, "restricted": False, "overridable": True, "files": sorted(files)}
        return json.dumps({**head, "attributes": attributes}, indent=2)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The gateway's data directory."""
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.fixture
def gateway(data: Path) -> SimulatedGateway:
    """A gateway that runs and knows one key; knobs are turned by the test. Nothing of it runs yet."""
    return SimulatedGateway(data, key=KEY, inline=True)


@pytest.fixture
def ask(gateway: SimulatedGateway) -> Ask:
    """Asks the gateway."""
    return Ask(gateway)


@pytest.fixture
def resource(data: Path) -> Callable[[str], Resource]:
    """Resources by their name below the project Plant."""
    return lambda name: Resource(data / "projects" / "Plant" / "views" / name)
