"""A gateway at the client's port: no socket, so that it lives on the virtual clock. Knobs are attributes.

It answers as told and remembers what it was asked; what a real gateway does to files is the simulator's business.
"""

from __future__ import annotations

import errno
import json
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx
import trio

RUNNING = "ContextStatus=RUNNING;RedundancyStatus=Independent;RedundantState=Good;"
COMMISSIONING = "ContextStatus=NEEDS_COMMISSIONING;"
KEY = "stoker:s3cret-api-key"


@dataclass
class FakeGateway(httpx.AsyncBaseTransport):
    """``port``: whether anything listens, and ``listens_at``, when given, where alone.

    ``scan``: status of each scan, by kind or for both; ``lock`` the same.

    ``scans`` holds the kinds in the order they were asked for, ``asked`` every request as ``METHOD /path``.
    """

    port: Literal["open", "closed", "hangs"] = "closed"
    listens_at: str = ""
    gwinfo: tuple[int, str] = (200, RUNNING)
    gwinfo_takes: float = 0.0
    https_only: bool = False
    scan: int | dict[str, int] = 200
    scan_body: str = '{"scanActive": false, "lastScanTimestamp": 1, "lastScanDuration": 1}'
    lock: int | dict[str, int] = 404
    lock_takes: float = 0.0
    designers: tuple[int, Any] = (200, ())
    designers_take: float = 0.0
    scans: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    locks_wanted: list[dict[str, int]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)

    def start(self, gwinfo: tuple[int, str] = (200, RUNNING)) -> None:
        """The port opens, gwinfo says this."""
        self.port, self.gwinfo = "open", gwinfo

    def stop(self) -> None:
        """The port closes."""
        self.port = "closed"

    @property
    def both(self) -> int:
        """How many scans of both kinds were asked for."""
        return min(self.scans.count("projects"), self.scans.count("config"))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        path = request.url.path
        if self.https_only and request.url.scheme == "http" and self.port == "open":
            return httpx.Response(302, headers={"Location": f"https://localhost:8043{path}"})
        address = f"{request.url.scheme}://{request.url.netloc.decode()}"
        self.addresses.add(address)
        if self.port == "closed" or self.listens_at not in {"", address}:
            refused = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
            raise httpx.ConnectError(str(refused), request=request) from refused
        self.asked.append(f"{request.method} {path}")
        self.keys.add(request.headers.get("X-Ignition-API-Token", ""))
        if self.port == "hangs":
            await trio.sleep_forever()
        await trio.lowlevel.checkpoint()
        if path == "/system/gwinfo":
            await trio.sleep(self.gwinfo_takes)
            return httpx.Response(self.gwinfo[0], text=self.gwinfo[1])
        area, _, kind = path.removeprefix("/data/api/v1/").partition("/")
        if area == "scan" and request.method == "POST":
            self.scans.append(kind)
            return httpx.Response(_of(self.scan, kind), text=self.scan_body)
        if area == "scan":
            return httpx.Response(200, text=self.scan_body)
        if area == "scan-lock":
            self.locks_wanted.append(json.loads(request.content))
            await trio.sleep(self.lock_takes)
            return httpx.Response(_of(self.lock, kind), text="{}")
        if area == "designers":
            await trio.sleep(self.designers_take)
            status, items = self.designers
            body = items if isinstance(items, str) else json.dumps({"items": list(items)})
            return httpx.Response(status, text=body)
        return httpx.Response(404)


def session(user: str = "ann", project: str = "line1") -> dict[str, str]:
    """One Designer session as the gateway lists it."""
    return {"id": f"{user}-{project}", "user": user, "project": project}


def _of(knob: int | dict[str, int], kind: str) -> int:
    return knob if isinstance(knob, int) else knob.get(kind, 200)
