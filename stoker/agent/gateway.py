"""The gateway monitor: whether the gateway answers, is being commissioned, or runs; and the two moments after its start.

It asks ``/system/gwinfo``, which needs no key. A first answer (any status but 503) is one moment, ContextStatus=RUNNING
the other; each fires the sync loop. A gateway that never says 200 there is taken to run once a scan was answered 2xx.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import trio

from stoker.errors import StokerError
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.agent.metrics import AgentMetrics
    from stoker.agent.trigger import Trigger
    from stoker.ignition.client import GatewayClient, GwInfo

State = Literal["down", "starting", "answering", "commissioning", "running"]
BUSY_PAUSE = 1.0
CALM_PAUSE = 5.0
MISSES = 2


class Monitor:
    """``state`` as last seen. ``seen_running``: since this agent began."""

    def __init__(self, client: GatewayClient, trigger: Trigger, metrics: AgentMetrics, *, gateway: str) -> None:
        self.state: State = "down"
        self.seen_running = False
        self.asked = trio.Event()
        self._client = client
        self._trigger = trigger
        self._metrics = metrics
        self._misses = 0
        self._log = get_logger("agent.gateway", gateway=gateway)

    @property
    def answers(self) -> bool:
        """A scan may be asked for."""
        return self.state in {"answering", "commissioning", "running"}

    @property
    def settled(self) -> bool:
        """Commissioning is over, or this gateway cannot say."""
        return self.seen_running

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Runs until cancelled; started at once."""
        began = trio.current_time()
        task_status.started()
        while True:
            await self.look(lambda: self._metrics.gateway_startup_duration.observe(trio.current_time() - began))
            await trio.sleep(CALM_PAUSE if self.state == "running" else BUSY_PAUSE)

    async def look(self, on_first_running: Callable[[], None] | None = None) -> None:
        """One look; fires the trigger on the two moments."""
        try:
            now = _state(await self._client.info())
            self._misses = 0
        except StokerError:
            self._misses += 1
            # One lost answer of a busy gateway is no restart, and a restart takes longer than two looks.
            now = self.state if self.answers and self._misses < MISSES else "down"
        before, self.state = self.state, now
        if now != before:
            self._log.info("gateway_state", state=now, before=before)
        if now == "running" and before != "running":
            if not self.seen_running and on_first_running is not None:
                on_first_running()
            self.seen_running = True
            self._trigger.fire("gateway-running")
        elif self.answers and before in {"down", "starting"}:
            self._trigger.fire("gateway-answers")
        self.asked.set()

    def scan_answered(self) -> None:
        """A scan was answered 2xx: where gwinfo cannot say it, that means running."""
        if self.state == "answering":
            self.seen_running = True


def _state(info: GwInfo) -> State:
    if info.status == 503:
        return "starting"
    if info.running:
        return "running"
    return "commissioning" if info.commissioning else "answering"
