"""The gateway's HTTP API: who it is, scans, scan locks. Every call is bounded and raises leaves of ``errors``.

The API key is read anew for every request, because it rotates, and is sent in its header and nowhere else. TLS is not
verified on loopback, where gateways serve self-signed certificates.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, Self

import httpx
import trio

from stoker.errors import GatewayAnswerInvalid, GatewayTimeout, StokerError, Transient
from stoker.ignition import failures

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ScanKind = Literal["projects", "config"]
LockOutcome = Literal["held", "refused", "absent"]
KINDS: Final[tuple[ScanKind, ScanKind]] = ("projects", "config")
BOUND: Final = 10.0
TRIES: Final = 3
PAUSE: Final = 0.2
HEADER: Final = "X-Ignition-API-Token"


@dataclass(frozen=True)
class GwInfo:
    """``/system/gwinfo``: the HTTP status, and what the text says when it is 200."""

    status: int
    context: str | None = None
    redundancy: str | None = None

    @property
    def running(self) -> bool:
        """The gateway's context runs: commissioning is over."""
        return self.context == "RUNNING"

    @property
    def commissioning(self) -> bool:
        """It waits for, or goes through, its commissioning."""
        return self.context == "NEEDS_COMMISSIONING" or self.status in {301, 302, 303}


@dataclass(frozen=True)
class ScanAnswer:
    """What a scan request was answered: its HTTP status, and the body's fields where there were any."""

    status: int
    active: bool | None = None
    last_timestamp: int | None = None


class GatewayClient:
    """One gateway; an async context manager that owns its connections."""

    def __init__(
        self,
        base_url: str,
        *,
        api_key: Callable[[], Awaitable[str]],
        verify: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """``base_url`` like http://localhost:8088; ``api_key`` gives ``name:secret`` or raises CredentialsInvalid.

        ``transport``: instead of the network, for tests and simulations.
        """
        self.base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._http = httpx.AsyncClient(
            verify=verify, timeout=BOUND, follow_redirects=False, trust_env=False, transport=transport
        )

    async def __aenter__(self) -> Self:
        """Ready at once."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Closes the connections."""
        with trio.CancelScope(shield=True, deadline=trio.current_time() + 2):
            await self._http.aclose()

    async def info(self) -> GwInfo:
        """Who answers, without credentials; GatewayUnreachable or GatewayTimeout when nobody does."""
        answer = await self._send("GET", "/system/gwinfo", key=False)
        fields = dict(part.partition("=")[::2] for part in answer.text.strip().split(";") if "=" in part)
        if answer.status_code != 200:
            return GwInfo(answer.status_code)
        return GwInfo(200, fields.get("ContextStatus"), fields.get("RedundancyStatus"))

    async def scan(self, kind: ScanKind) -> ScanAnswer:
        """Requests a scan; 2xx means requested, not done. Transient failures are tried three times."""
        path = f"/data/api/v1/scan/{kind}"
        for attempt in range(1, TRIES + 1):
            try:
                answer = await self._send("POST", path, body={})
                self._check(answer, path, scan=True)
                body = _json(answer)
                return ScanAnswer(answer.status_code, body.get("scanActive"), body.get("lastScanTimestamp"))
            except Transient:
                if attempt == TRIES:
                    raise
            await trio.sleep(PAUSE * attempt)
        raise AssertionError("unreachable: the last try returns or raises")

    async def scan_status(self, kind: ScanKind) -> ScanAnswer:
        """How far the last scan is; for the log only."""
        path = f"/data/api/v1/scan/{kind}"
        answer = await self._send("GET", path)
        self._check(answer, path, scan=False)
        body = _json(answer)
        return ScanAnswer(answer.status_code, body.get("scanActive"), body.get("lastScanTimestamp"))

    async def lock(self, kind: ScanKind, *, acquire: float, hold: float) -> LockOutcome:
        """Asks for the scan lock: ``held``, ``refused`` (408, 409), or ``absent`` (this gateway does not offer it)."""
        body = {"acquireTimeout": max(1, round(acquire)), "holdTimeout": round(hold)}
        answer = await self._send("POST", f"/data/api/v1/scan-lock/{kind}", body=body, bound=acquire + 1)
        if answer.status_code == 200:
            return "held"
        return "refused" if answer.status_code in {408, 409} else "absent"

    async def designers(self) -> list[dict[str, Any]] | None:
        """The open Designer sessions as the gateway lists them, None when it does not answer 200."""
        answer = await self._send("GET", "/data/api/v1/designers")
        if answer.status_code != 200:
            return None
        items = _json(answer).get("items")
        return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else None

    async def _send(
        self, method: str, path: str, *, body: dict[str, Any] | None = None, key: bool = True, bound: float = BOUND
    ) -> httpx.Response:
        where = f"{method} {self.base_url}{path}"
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if key:
            headers[HEADER] = (await self._api_key()).strip()
        with trio.move_on_after(bound):
            try:
                return await self._http.request(method, self.base_url + path, json=body, headers=headers)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise failures.of_httpx(error, where) from None
        raise GatewayTimeout(f"{where}: no answer within {bound:g} s; the gateway is busy or hangs")

    def _check(self, answer: httpx.Response, path: str, *, scan: bool) -> None:
        error: StokerError | None = failures.of_status(
            answer.status_code, f"{answer.request.method} {self.base_url}{path}", scan=scan
        )
        if error is not None:
            raise error


def _json(answer: httpx.Response) -> dict[str, Any]:
    """The body as an object; a gateway that says 200 and nonsense is told so."""
    with contextlib.suppress(ValueError):
        value = answer.json()
        if isinstance(value, dict):
            return value
    raise GatewayAnswerInvalid(
        f"{answer.request.method} {answer.request.url.path}: 200 with a body that is no JSON object"
    )
