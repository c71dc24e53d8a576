"""The simulated gateway itself: its state, its keys, its locks, and every route an agent may ask.

``SimulatedGateway.app`` is a plain ASGI function; ``run`` serves it and works off the scans that were asked for, beside
the requests as a real gateway does: 200 on a scan says that it was requested, nothing more.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import trio

from stoker.observe.logs import get_logger
from stoker.standalone.simulator.resources import scan
from stoker.web.serve import serve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

State = Literal["down", "starting", "commissioning", "running"]
KINDS = ("projects", "config")


class Answer(NamedTuple):
    """Status, body (JSON unless text) and the text's type."""

    status: int
    body: Any = None
    text: str | None = None


@dataclass
class Lock:
    """A scan lock: who has it, until when (``trio.current_time``)."""

    actor: str
    until: float


@dataclass
class SimulatedGateway:
    """Knobs are plain attributes. ``key`` "" accepts any; ``may_write`` False answers POST with 403.

    ``half_written``: resources that a scan met without their files; ``scans``: kinds in the order they were asked for.
    """

    data: Path
    key: str = ""
    state: State = "running"
    may_write: bool = True
    offers_locks: bool = True
    designers: list[dict[str, Any]] = field(default_factory=list)
    redundancy: str = "Independent"
    refuse_scan: int = 0
    half_written: list[str] = field(default_factory=list)
    rewritten: list[str] = field(default_factory=list)
    scans: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._locks: dict[str, Lock] = {}
        self._known: dict[str, dict[str, tuple[int, int]]] = {kind: {} for kind in KINDS}
        self._last: dict[str, tuple[int, int]] = dict.fromkeys(KINDS, (0, 0))
        self._active: set[str] = set()
        self._send, self._receive = trio.open_memory_channel[str](1000)
        self._log = get_logger("simulator")

    async def run(
        self,
        bind: str,
        *,
        stopping: trio.Event,
        on_bound: Callable[[list[str]], None] | None = None,
        task_status: trio.TaskStatus[list[str]] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Serve on ``bind`` until ``stopping``; started with the bound URLs."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.work)
            urls = await nursery.start(partial(serve, self.app, bind=bind, stopping=stopping, on_bound=on_bound))
            task_status.started(urls)
            await stopping.wait()
            nursery.cancel_scope.cancel()

    async def work(self) -> None:
        """Work off the scans until cancelled."""
        async for kind in self._receive:
            began = time.monotonic()
            seen = await trio.to_thread.run_sync(scan, self.data / kind, self._known[kind])
            self._active.discard(kind)
            self._last[kind] = (int(time.time() * 1000), int((time.monotonic() - began) * 1000))
            self.half_written += seen.half_written
            self.rewritten += seen.rewritten
            for what in seen.half_written:
                self._log.error("half_written_seen", kind=kind, resource=what)
            self._log.info("scan_done", kind=kind, resources=seen.resources, rewritten=len(seen.rewritten))

    async def app(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            while (await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        answer = self.answer(scope["method"], scope["path"], headers, body)
        text = answer.text if answer.text is not None else "" if answer.body is None else json.dumps(answer.body)
        kind = b"text/plain" if answer.text is not None else b"application/json"
        head = [(b"content-type", kind), (b"content-length", str(len(text.encode())).encode())]
        if answer.status == 302:
            head.append((b"location", b"/welcome"))
        await send({"type": "http.response.start", "status": answer.status, "headers": head})
        await send({"type": "http.response.body", "body": text.encode()})

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """What the gateway says to one request."""
        if path == "/simulator/record":
            return Answer(200, {"halfWritten": self.half_written, "rewritten": self.rewritten, "scans": self.scans})
        if self.state in {"down", "starting"}:
            return Answer(503, text="starting")
        if path == "/StatusPing":
            details = {"details": "COMMISSIONING"} if self.state == "commissioning" else {}
            return Answer(200, {"state": "RUNNING", **details})
        if path == "/system/gwinfo":
            return Answer(200, text=self._gwinfo())
        if not path.startswith("/data/api/v1/"):
            return Answer(404, {"message": "Not Found", "url": path, "status": "404"})
        route = path.removeprefix("/data/api/v1/")
        if self.state == "commissioning":
            return Answer(400) if route.startswith("scan") else Answer(302)
        refused = self._refused(method, headers, path)
        return refused if refused is not None else self._api(method, route, body)

    def _gwinfo(self) -> str:
        if self.state == "commissioning":
            return "ContextStatus=NEEDS_COMMISSIONING;"
        return f"ContextStatus=RUNNING;Version=8.3.8;RedundancyStatus={self.redundancy};RedundantState=Good;"

    def _refused(self, method: str, headers: dict[str, str], path: str) -> Answer | None:
        """Keys: GET needs none (a good GET proves nothing), POST a known one with write rights and a JSON type."""
        if method == "GET":
            return None
        if self.key and headers.get("x-ignition-api-token") != self.key:
            return Answer(401)
        if not self.may_write or "application/json" not in headers.get("content-type", ""):
            return Answer(403, {"message": "Forbidden", "url": path, "status": "403"})
        return None

    def _api(self, method: str, route: str, body: bytes) -> Answer:
        area, _, kind = route.partition("/")
        if area == "designers":
            count = len(self.designers)
            total = {"total": count, "matching": count, "limit": 100, "offset": 0}
            return Answer(200, {"items": self.designers, "metadata": total})
        if area == "gateway-info":
            info = {"name": "simulated", "redundancyRole": self.redundancy, "edition": "standard", "port": "8088"}
            return Answer(200, {**info, "ignitionVersion": "8.3.8 (b2026010100)", "deploymentMode": "", "license": {}})
        if kind in KINDS and area == "scan":
            return self._scan(method, kind)
        if kind in KINDS and area == "scan-lock" and self.offers_locks:
            return self._lock(method, kind, body)
        return Answer(404, {"message": "Not Found", "url": f"/data/api/v1/{route}", "status": "404"})

    def _scan(self, method: str, kind: str) -> Answer:
        stamp, duration = self._last[kind]
        if method == "POST":
            if self.refuse_scan:
                self._log.info("scan_answered", kind=kind, status=self.refuse_scan)
                return Answer(self.refuse_scan)
            self._locks.pop(kind, None)
            self.scans.append(kind)
            if kind not in self._active:
                self._active.add(kind)
                self._send.send_nowait(kind)
            self._log.info("scan_answered", kind=kind, status=200)
        active = kind in self._active
        return Answer(200, {"scanActive": active, "lastScanTimestamp": stamp, "lastScanDuration": duration})

    def _lock(self, method: str, kind: str, body: bytes) -> Answer:
        held = self._locks.get(kind)
        if held is not None and held.until <= trio.current_time():
            del self._locks[kind]
            held = None
        if method == "GET":
            return Answer(204) if held is None else Answer(200, self._held(held))
        try:
            hold = float(json.loads(body)["holdTimeout"])
            float(json.loads(body)["acquireTimeout"])
        except (ValueError, KeyError, TypeError):
            return Answer(400, {"message": "acquireTimeout and holdTimeout are numbers of seconds"})
        if held is not None:
            return Answer(409, self._held(held))
        self._locks[kind] = lock = Lock("api", trio.current_time() + hold)
        return Answer(200, self._held(lock))

    def _held(self, lock: Lock) -> dict[str, Any]:
        remaining = round(lock.until - trio.current_time())
        return {"timestamp": int(time.time() * 1000), "remaining": remaining, "actor": lock.actor}
