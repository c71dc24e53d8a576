"""Asking the gateway to rescan: the lock around a merge, and paying the debt that a merge leaves."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import trio

from stoker.errors import (
    ApiKeyForbidden,
    ApiKeyRejected,
    ApiMissing,
    GatewayCommissioning,
    GatewayStarting,
    StokerError,
)
from stoker.ignition.client import KINDS
from stoker.observe.logs import get_logger
from stoker.observe.redact import redact

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.agent.gateway import Monitor
    from stoker.agent.metrics import AgentMetrics
    from stoker.ignition.client import GatewayClient, ScanKind

LOCK_WITHIN: Final = 10.0
HOLD: Final = 60.0
RELEASE_WITHIN: Final = 5.0
_NOT_YET: Final = (GatewayCommissioning, GatewayStarting)
# A first boot rewrites the security settings, and with them the key's rights, before it puts them right again.
_REFUSALS: Final = (*_NOT_YET, ApiKeyRejected, ApiKeyForbidden, ApiMissing)


class Scanner:
    """One gateway's scans. ``result`` is the last one's, as reports show it."""

    def __init__(
        self,
        client: GatewayClient,
        monitor: Monitor,
        metrics: AgentMetrics,
        *,
        on_asked: Callable[[], None],
        gateway: str,
        namespace: str,
    ) -> None:
        self.result = ""
        self._put_off = ""
        self._on_asked = on_asked
        self._client = client
        self._monitor = monitor
        self._metrics = metrics
        self._log = get_logger("agent.scan", gateway=gateway, namespace=namespace)

    async def lock(self) -> bool:
        """Takes both scan locks where the gateway offers them, within ten seconds in all.

        True when one may be held now, also when its answer was lost: then a merge that fails must release it.
        """
        if self._monitor.state != "running":
            return False
        answers: dict[ScanKind, str] = dict.fromkeys(KINDS, "no answer")

        async def one(kind: ScanKind) -> None:
            try:
                answers[kind] = await self._client.lock(kind, acquire=LOCK_WITHIN - 1, hold=HOLD)
            except StokerError as error:
                answers[kind] = str(error)

        with trio.move_on_after(LOCK_WITHIN):
            async with trio.open_nursery() as nursery:
                for kind in KINDS:
                    nursery.start_soon(partial(one, kind))
        missed = {kind: answer for kind, answer in answers.items() if answer not in {"held", "absent"}}
        if missed:
            held = "; is another client holding it?" if "refused" in missed.values() else ""
            self._log.warning("scan_lock_missed", **missed, remedy=f"merging without{held}")
        return any(answer not in {"refused", "absent"} for answer in answers.values())

    async def release(self) -> None:
        """After an aborted merge: the scans that release the locks, and nothing more. To be bounded by the caller."""
        for kind in KINDS:
            try:
                await self._client.scan(kind)
            except StokerError as error:
                self._log.warning("scan_lock_not_released", kind=kind, error=str(error), expires_s=HOLD)

    async def scan(self) -> str:
        """Both scans. "" when both were answered 2xx; why not, while commissioning refuses them; else raises."""
        began = trio.current_time()
        answers: dict[ScanKind, int] = {}
        kind = KINDS[0]
        try:
            for kind in KINDS:
                answers[kind] = (await self._client.scan(kind)).status
        except StokerError as error:
            if self._is_pending(error):
                self.result = "commissioning"
                self._put_off, said = str(error), self._put_off
                if self._put_off != said:  # commissioning may wait for somebody for days
                    self._log.info("scan_pending", error=self._put_off)
                return str(error)
            self.result = redact(f"error: scan/{kind}: {error}")
            self._metrics.scan_total.labels("error").inc()
            self._metrics.scan_duration.observe(trio.current_time() - began)
            self._log.warning("scan_failed", result=self.result, error=str(error), reason=error.reason)
            raise
        took = trio.current_time() - began
        self.result, self._put_off = _shown(answers), ""
        self._metrics.scan_total.labels("success").inc()
        self._metrics.scan_duration.observe(took)
        self._monitor.scan_answered()
        self._on_asked()
        self._log.info("scan_requested", result=self.result, duration_s=round(took, 3))
        return ""

    def _is_pending(self, error: StokerError) -> bool:
        """In commissioning any refusal may pass; where gwinfo cannot say, only what says so itself."""
        refusals = _REFUSALS if self._monitor.state == "commissioning" else _NOT_YET
        return self._monitor.may_refuse and isinstance(error, refusals)


def _shown(answers: dict[ScanKind, int]) -> str:
    """``projects=200 config=200``: the form that dashboards and people know."""
    return " ".join(f"{kind}={status}" for kind, status in answers.items())
