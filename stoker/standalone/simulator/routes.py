"""What the gateway answers: every route that an agent may ask, in every state, with the oddities of the real one.

Pure but for the scan lock, which waits, and for what a request changes. How bytes travel is ``serving``'s business.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from stoker.observe.logs import get_logger
from stoker.standalone.simulator.knobs import KINDS, Kind, Knobs
from stoker.standalone.simulator.locks import ScanLocks, lock_request
from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stoker.standalone.simulator.keys import Keyring
    from stoker.standalone.simulator.life import Life
    from stoker.standalone.simulator.record import Record
    from stoker.standalone.simulator.scans import Scans

API: Final = "/data/api/v1/"
KEY_HEADER: Final = "x-ignition-api-token"
JETTY: Final = "<html><head><title>Error {0}</title></head><body><h2>HTTP ERROR {0}</h2></body></html>"
PAGE: Final = 100


class Request(Value, frozen=True):
    """Header names in lower case; ``secure``: it came over TLS."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    secure: bool

    @property
    def key(self) -> str:
        """The presented API key, "" without one."""
        return self.headers.get(KEY_HEADER, "")


class Answer(NamedTuple):
    """Status and body: JSON, unless ``text``."""

    status: int
    body: Any = None
    text: str | None = None
    kind: str = "text/html;charset=iso-8859-1"
    location: str | None = None


class Routes:
    """``answer`` decides, in the order in which a gateway does: its state, its routes, the key, the body."""

    def __init__(
        self, knobs: Knobs, *, life: Life, keys: Keyring, locks: ScanLocks, scans: Scans, record: Record
    ) -> None:
        self._knobs = knobs
        self._life = life
        self._keys = keys
        self._locks = locks
        self._scans = scans
        self._record = record
        self._log = get_logger("simulator")

    async def answer(self, request: Request) -> Answer:
        """What the gateway says to one request."""
        if request.path.startswith("/simulator/"):
            return self._beside_the_gateway(request)
        if self._knobs.https_only and not request.secure:
            return Answer(302, location=f"https://localhost:8043{request.path}")
        if request.path == "/StatusPing":
            return self._status_ping()
        if self._knobs.state in {"starting", "stopping"}:
            return Answer(503, text=JETTY.format(503))
        if request.path == "/system/gwinfo":
            return Answer(200, text=self._gwinfo(), kind="text/plain")
        if self._knobs.state == "commissioning":
            return self._uncommissioned(request.path)
        if not request.path.startswith(API) or self._knobs.version == "8.1":
            return Answer(404, text=JETTY.format(404))
        return await self._api(request, request.path.removeprefix(API))

    def _beside_the_gateway(self, request: Request) -> Answer:
        """What no gateway has: the record, and the browser in which somebody finishes the commissioning."""
        if request.method == "GET" and request.path == "/simulator/record":
            return Answer(200, self._record.as_json())
        if request.method == "POST" and request.path == "/simulator/commission":
            self._life.finish_commissioning()
            return Answer(200, {"state": self._knobs.state})
        return Answer(404, _refusal(404, request.path))

    def _status_ping(self) -> Answer:
        state = self._knobs.state
        if state == "commissioning":
            return Answer(200, {"state": "RUNNING", "details": "COMMISSIONING"})
        return Answer(200, {"state": state.upper()})

    def _gwinfo(self) -> str:
        if self._knobs.state == "commissioning":
            return "ContextStatus=NEEDS_COMMISSIONING;"
        release = "8.3.8" if self._knobs.version == "8.3" else "8.1.48"
        redundancy = f"RedundancyStatus={self._knobs.redundancy};RedundantState=Good"
        return f"ContextStatus=RUNNING;GatewayName={self._knobs.name};Version={release};{redundancy};"

    def _uncommissioned(self, path: str) -> Answer:
        if path.startswith(f"{API}scan/"):
            return Answer(400, text=JETTY.format(400))
        if path == "/welcome":
            return Answer(200, text="<html><body>Welcome</body></html>")
        return Answer(302, location="/welcome")

    # --- the API ---------------------------------------------------------------------------------------------------

    async def _api(self, request: Request, route: str) -> Answer:
        area, _, name = route.partition("/")
        known = {("GET", "designers"), ("GET", "gateway-info")}
        scanning = area in self._areas() and name in KINDS and request.method in {"GET", "POST"}
        if not scanning and ((request.method, route) not in known):
            return Answer(404, _refusal(404, request.path))
        refused = self._refused(request)
        if refused is not None:
            return refused
        if route == "designers":
            return Answer(200, self._designers(request.query))
        if route == "gateway-info":
            return Answer(200, self._gateway_info())
        kind = cast("Kind", name)
        return self._scan(request, kind) if area == "scan" else await self._lock(request, kind)

    def _areas(self) -> tuple[str, ...]:
        return ("scan", "scan-lock") if self._knobs.offers_locks else ("scan",)

    def _refused(self, request: Request) -> Answer | None:
        """GET needs no key unless told so, and proves nothing; POST one with write permission, and JSON."""
        if request.method == "GET" and not self._knobs.get_needs_key:
            return None
        verdict = self._keys.judge(request.key, secure=request.secure)
        if verdict in {"unknown", "insecure"}:
            # Both bodies were seen in the field; a missing key gets the empty one.
            return Answer(401, text=JETTY.format(401) if request.key else "")
        if request.method == "GET":
            return None
        if verdict == "powerless" or not self._knobs.may_write or self._life.lost_permission():
            return Answer(403, _refusal(403, request.path))
        if not request.headers.get("content-type", "").startswith("application/json"):
            return Answer(403, _refusal(403, request.path))
        return None

    def _scan(self, request: Request, kind: Kind) -> Answer:
        if request.method == "POST":
            status = self._knobs.refuse_scan or (200 if _is_object(request.body) else 403)
            self._log.info("scan_answered", kind=kind, status=status)
            if status != 200:
                return Answer(status, _refusal(status, request.path))
            self._scans.request(kind)
        return Answer(200, self._scans.status(kind))

    async def _lock(self, request: Request, kind: Kind) -> Answer:
        if request.method == "GET":
            held = self._locks.describe(kind)
            return Answer(204) if held is None else Answer(200, held)
        if not request.body:
            return Answer(500, text=JETTY.format(500))
        wanted = lock_request(request.body)
        if wanted is None:
            return Answer(400, _refusal(400, request.path))
        actor = request.key.partition(":")[0]
        status = await self._locks.acquire(kind, actor, wanted)
        self._record.locks.append(f"{kind} {status}")
        self._log.info("scan_lock_answered", kind=kind, status=status, actor=actor)
        if status != 200:
            return Answer(status, _refusal(status, request.path))
        return Answer(200, self._locks.describe(kind))

    def _designers(self, query: Mapping[str, str]) -> dict[str, Any]:
        everyone = [_session(number, given) for number, given in enumerate(self._knobs.designers)]
        limit, offset = _number(query, "limit", PAGE), _number(query, "offset", 0)
        counts = {"total": len(everyone), "matching": len(everyone), "limit": limit, "offset": offset}
        return {"items": everyone[offset : offset + limit], "metadata": counts}

    def _gateway_info(self) -> dict[str, Any]:
        return {
            "name": self._knobs.name,
            "redundancyRole": self._knobs.redundancy,
            "edition": "standard",
            "port": "8088",
            "ignitionVersion": "8.3.8 (b2026050508)",
            "deploymentMode": "",
            "license": {"mode": "Trial", "trialSecondsRemaining": 7200},
        }


def _refusal(status: int, path: str) -> dict[str, str]:
    """The gateway's JSON of a refusal; the status in it is a string."""
    words = {400: "Bad Request", 403: "Forbidden", 404: "Not Found", 408: "Request Timeout", 409: "Conflict"}
    return {"message": words.get(status, "Server Error"), "url": path, "status": str(status)}


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    return int(text) if text.isdecimal() else default


def _session(number: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """A Designer session with all fields that the gateway lists."""
    return {
        "id": f"session-{number}",
        "user": "admin",
        "project": "Plant",
        "address": "192.0.2.10",
        "uptime": 60_000,
        "lastcomm": 500,
        "timeout": 30_000,
        "timezone": "UTC",
        "memory": {"used": 200_000_000, "max": 1_000_000_000},
        **given,
    }
