"""Asking the gateway to rescan: the lock around a merge, and paying the debt that a merge leaves."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import trio

from stoker.errors import GatewayCommissioning, StokerError
from stoker.ignition.client import KINDS
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from stoker.agent.gateway import Monitor
    from stoker.agent.metrics import AgentMetrics
    from stoker.ignition.client import GatewayClient, LockOutcome, ScanKind

LOCK_WITHIN = 10.0
HOLD = 60.0
RELEASE_WITHIN = 5.0


class Scanner:
    """One gateway's scans."""

    def __init__(self, client: GatewayClient, monitor: Monitor, metrics: AgentMetrics, *, gateway: str) -> None:
        self.result = ""
        self._client = client
        self._monitor = monitor
        self._metrics = metrics
        self._log = get_logger("agent.scan", gateway=gateway)

    async def lock(self) -> bool:
        """Holds both scan locks where the gateway offers them, within ten seconds in all; False: merge without."""
        if self._monitor.state != "running":
            return False
        outcomes: dict[ScanKind, LockOutcome] = {}

        async def one(kind: ScanKind) -> None:
            try:
                outcomes[kind] = await self._client.lock(kind, acquire=LOCK_WITHIN - 1, hold=HOLD)
            except StokerError as error:
                self._log.warning("scan_lock_failed", kind=kind, error=str(error))

        with trio.move_on_after(LOCK_WITHIN):
            async with trio.open_nursery() as nursery:
                for kind in KINDS:
                    nursery.start_soon(partial(one, kind))
        if any(outcome == "refused" for outcome in outcomes.values()):
            self._log.warning("scan_lock_refused", remedy="another client holds it; merging without")
        return "held" in outcomes.values()

    async def release(self) -> None:
        """After an aborted merge: the scans that release the locks, and nothing more. To be bounded by the caller."""
        for kind in KINDS:
            try:
                await self._client.scan(kind)
            except StokerError as error:
                self._log.warning("scan_lock_not_released", kind=kind, error=str(error), expires_s=HOLD)

    async def scan(self) -> bool:
        """Both scans; True when both were answered 2xx, False while commissioning refuses them. Else raises."""
        began = trio.current_time()
        answers: dict[str, int] = {}
        try:
            for kind in KINDS:
                answers[kind] = (await self._client.scan(kind)).status
        except GatewayCommissioning as error:
            self.result = "commissioning"
            if self._monitor.settled:
                self._metrics.scan_total.labels("error").inc()
                raise
            self._log.info("scan_pending", error=str(error))
            return False
        except StokerError:
            self.result = " ".join([*(f"{kind}={status}" for kind, status in answers.items()), "failed"])
            self._metrics.scan_total.labels("error").inc()
            raise
        self.result = " ".join(f"{kind}={answers[kind]}" for kind in KINDS)
        self._metrics.scan_total.labels("success").inc()
        self._metrics.scan_duration.observe(trio.current_time() - began)
        self._monitor.scan_answered()
        self._log.info("scan_requested", result=self.result, duration_s=round(trio.current_time() - began, 3))
        return True
