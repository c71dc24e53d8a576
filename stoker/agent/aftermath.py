"""What became of a scan: a later look that only logs. Nobody waits for it, because 200 on a scan means requested.

Gateways differ in how soon they show that they scanned, if at all: not seeing it is worth a line, never an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import trio

from stoker.errors import StokerError
from stoker.ignition.client import KINDS
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from stoker.ignition.client import GatewayClient, ScanKind

LOOKS: Final = (1.0, 2.0, 4.0, 8.0)
"""Seconds before each look."""


class Aftermath:
    """``scanned`` is a plain call and returns at once; ``run`` is a task of its own."""

    def __init__(self, client: GatewayClient, *, gateway: str, namespace: str) -> None:
        self._client = client
        self._news = trio.Event()
        self._log = get_logger("agent.scan", gateway=gateway, namespace=namespace)

    def scanned(self) -> None:
        """A scan was just asked for."""
        self._news.set()

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Runs until cancelled; started at once. Scans that follow closely share one look."""
        task_status.started()
        while True:
            await self._news.wait()
            self._news = trio.Event()
            active: list[ScanKind] = list(KINDS)
            try:
                for pause in LOOKS:
                    await trio.sleep(pause)
                    active = [kind for kind in active if (await self._client.scan_status(kind)).active]
                    if not active:
                        break
            except StokerError as error:
                self._log.info("scan_end_unknown", error=str(error))
                continue
            if active:
                self._log.warning("scan_end_not_seen", kinds=active, after_s=sum(LOOKS))
            else:
                self._log.debug("scan_finished")
