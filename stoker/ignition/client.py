"""The gateway's HTTP API: who it is, scans, scan locks, Designer sessions. Every call is bounded and raises leaves of
``errors``.

How a request travels, and with which key, is ``exchange``'s business; what a bad status means, ``failures``'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, Self

import trio

from stoker.errors import GatewayAnswerInvalid, StokerError, Transient
from stoker.ignition import failures
from stoker.ignition.exchange import Answer, Exchange
from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from stoker.wire.messages import Way

ScanKind = Literal["projects", "config"]
LockOutcome = Literal["held", "refused", "absent"]
KINDS: Final[tuple[ScanKind, ScanKind]] = ("projects", "config")
BOUND: Final = 10.0
TRIES: Final = 3
PAUSE: Final = 0.2
MOST_SESSIONS: Final = 1000
CLOSE_SECONDS: Final = 2.0


class GwInfo(Value, frozen=True):
    """``/system/gwinfo``: the HTTP status, and what the text says when it is 200; ``https_only``: it is served there alone."""

    status: int
    context: str | None = None
    redundancy: str | None = None
    https_only: bool = False

    @property
    def running(self) -> bool:
        """The gateway's context runs: commissioning is over."""
        return self.context == "RUNNING"

    @property
    def commissioning(self) -> bool:
        """It waits for, or goes through, its commissioning."""
        return self.context == "NEEDS_COMMISSIONING" or (self.status in failures.REDIRECTS and not self.https_only)


class ScanAnswer(Value, frozen=True):
    """What a scan request was answered: its 2xx status, and the body's fields where there were any."""

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
        verify: bool = True,
        bound: float = BOUND,
        pause: float = PAUSE,
        way: Callable[[str], Way] | None = None,
    ) -> None:
        """``base_url`` like http://localhost:8088; ``api_key`` gives ``name:secret`` or raises CredentialsInvalid.

        ``bound``: seconds for each request; ``pause``: between two tries, growing; ``way``: as ``Exchange`` has it.
        """
        self._exchange = Exchange(base_url.rstrip("/"), api_key=api_key, verify=verify, way=way)
        self._bound = bound
        self._pause = pause

    @property
    def base_url(self) -> str:
        """Where the gateway is, without a trailing slash."""
        return self._exchange.base_url

    def move(self, base_url: str) -> bool:
        """From now on the gateway is there; whether that is somewhere else than before. A request under way stays."""
        moved = base_url.rstrip("/") != self.base_url
        self._exchange.base_url = base_url.rstrip("/")
        return moved

    async def __aenter__(self) -> Self:
        """Ready at once."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Closes the connections."""
        with trio.move_on_after(CLOSE_SECONDS, shield=True):
            await self._exchange.close()

    async def info(self) -> GwInfo:
        """Who answers, without credentials; GatewayDown, GatewayUnreachable, GatewayTimeout when nobody does."""
        answer = await self._exchange.send("GET", "/system/gwinfo", key=False, bound=self._bound)
        if answer.status != 200:
            return GwInfo(
                answer.status, https_only=failures.sends_to_https(answer.status, answer.where, answer.location)
            )
        fields = dict(part.strip().partition("=")[::2] for part in answer.text.split(";") if "=" in part)
        return GwInfo(200, fields.get("ContextStatus"), fields.get("RedundancyStatus"))

    async def scan(self, kind: ScanKind) -> ScanAnswer:
        """Requests a scan; 2xx, whatever its body, means requested, not done. Transient failures are tried three times."""
        for attempt in range(1, TRIES + 1):
            try:
                return _scan_answer(await self._exchange.send("POST", _scan(kind), body={}, bound=self._bound))
            except Transient:
                if attempt == TRIES:
                    raise
            await trio.sleep(self._pause * attempt)
        raise AssertionError("unreachable: the last try returns or raises")

    async def scan_status(self, kind: ScanKind) -> ScanAnswer:
        """How far the last scan is; for the log only."""
        return _scan_answer(await self._exchange.send("GET", _scan(kind), bound=self._bound))

    async def lock(self, kind: ScanKind, *, acquire: float, hold: float) -> LockOutcome:
        """Asks for the scan lock: ``held``, ``refused`` (408, 409), or ``absent`` (404: this gateway offers none).

        ``acquire``: seconds that the gateway may wait for it; a second more is allowed for the answer. Raises the errors
        of any other answer.
        """
        body = {"acquireTimeout": max(1, int(acquire)), "holdTimeout": max(1, round(hold))}
        path = f"/data/api/v1/scan-lock/{kind}"
        answer = await self._exchange.send("POST", path, body=body, bound=acquire + 1)
        if answer.status in {408, 409}:
            return "refused"
        if answer.status == 404:
            return "absent"
        _check(answer)
        return "held"

    async def designers(self) -> list[dict[str, Any]] | None:
        """The open Designer sessions as the gateway lists them, page by page; None when it does not answer 200.

        Raises GatewayAnswerInvalid for a 200 that is no such list.
        """
        found: list[dict[str, Any]] = []
        while True:
            page = f"?offset={len(found)}" if found else ""
            answer = await self._exchange.send("GET", f"/data/api/v1/designers{page}", bound=self._bound)
            if answer.status != 200:
                return found or None
            items, total = _sessions(answer)
            if not items or items[0] in found:
                return found
            found += items
            if not len(found) < min(total, MOST_SESSIONS):
                return found


def _scan(kind: ScanKind) -> str:
    return f"/data/api/v1/scan/{kind}"


def _check(answer: Answer, *, scan: bool = False) -> None:
    error: StokerError | None = failures.of_status(answer.status, answer.where, scan=scan, location=answer.location)
    if error is not None:
        raise error


def _scan_answer(answer: Answer) -> ScanAnswer:
    _check(answer, scan=True)
    fields = answer.fields() or {}
    active, stamp = fields.get("scanActive"), fields.get("lastScanTimestamp")
    return ScanAnswer(
        answer.status, active if isinstance(active, bool) else None, stamp if isinstance(stamp, int) else None
    )


def _sessions(answer: Answer) -> tuple[list[dict[str, Any]], int]:
    """One page of sessions, and how many there are in all."""
    fields = answer.fields() or {}
    items, metadata = fields.get("items"), fields.get("metadata")
    if not isinstance(items, list):
        raise GatewayAnswerInvalid(f"{answer.where}: 200 with a body that lists no Designer sessions")
    total = metadata.get("matching") if isinstance(metadata, dict) else None
    return [item for item in items if isinstance(item, dict)], total if isinstance(total, int) else len(items)
