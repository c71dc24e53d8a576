"""The gateway monitor: whether the gateway answers, is being commissioned, or runs; and the two moments after its start.

It asks ``/system/gwinfo``, which needs no key. A first answer (any status but 503) is one moment, ContextStatus=RUNNING
the other; each fires the sync loop. A gateway that does not say so there is taken to run once a scan was answered 2xx. One
that runs when this agent looks for the first time did not start just now, the agent did: that is no moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import trio

from stoker.errors import GatewayDown, StokerError
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from stoker.agent.metrics import AgentMetrics
    from stoker.agent.trigger import Trigger
    from stoker.ignition.client import GatewayClient, GwInfo

State = Literal["down", "starting", "answering", "commissioning", "running"]
BUSY_PAUSE = 1.0
CALM_PAUSE = 5.0
MISSES = 2


class Monitor:
    """``state`` as last seen. ``seen_running``: since this agent began; ``moments``: how many came since then.

    ``why``: what keeps it from answering, for people; empty while it answers.
    """

    def __init__(
        self, client: GatewayClient, trigger: Trigger, metrics: AgentMetrics, *, gateway: str, namespace: str
    ) -> None:
        self.state: State = "down"
        self.seen_running = False
        self.moments = 0
        self.why = ""
        self._began = trio.current_time()
        self._looked = trio.Event()
        self._client = client
        self._trigger = trigger
        self._metrics = metrics
        self._misses = 0
        self._tells = False
        self._elsewhere = trio.Event()
        self._said: set[str] = set()
        self._log = get_logger("agent.gateway", gateway=gateway, namespace=namespace)

    @property
    def answers(self) -> bool:
        """A scan may be asked for."""
        return self.state in {"answering", "commissioning", "running"}

    @property
    def calm(self) -> bool:
        """It runs: no start and no commissioning changes files now."""
        return self.state == "running" or (self._mute and self.seen_running)

    @property
    def _mute(self) -> bool:
        """It answers, and gwinfo does not say what it is at."""
        return self.answers and not self._tells

    @property
    def may_refuse(self) -> bool:
        """It is being commissioned, or has not been seen running yet: a refusal is no error."""
        return not self.calm

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Runs until cancelled; started at once."""
        task_status.started()
        while True:
            await self.look()
            with trio.move_on_after(CALM_PAUSE if self.calm and not self._misses else BUSY_PAUSE):
                await self._elsewhere.wait()

    def moved(self) -> None:
        """The client has another address: looked at now. Where nothing ever answered, nothing has been looked at yet."""
        self._elsewhere.set()
        if not (self.seen_running or self.moments):
            self._looked = trio.Event()

    async def look(self) -> None:
        """One look; fires the trigger on the two moments."""
        self._elsewhere, looked = trio.Event(), self._looked
        try:
            info = await self._client.info()
            now, why = _state(info), ""
            self._misses, self._tells = 0, bool(info.context)
        except StokerError as error:
            self._misses += 1
            why = str(error)
            # One lost answer of a busy gateway is no restart; a refused connection is, since nobody listens any more.
            lost = self.answers and self._misses < MISSES and not isinstance(error, GatewayDown)
            now = self.state if lost else "down"
        first = not looked.is_set()
        before, self.state = self.state, now
        if now != before:
            self._log.info("gateway_state", state=now, before=before)
        self._explain(why)
        if now == "running" and before != "running":
            self._runs(started=not first)
            self.moments += not first
            self._trigger.fire("gateway-seen" if first else "gateway-running")
        elif self.answers and before in {"down", "starting"}:
            self.moments += 1
            self._trigger.fire("gateway-answers")
        looked.set()

    def _explain(self, why: str) -> None:
        """Each cause once until it answers: a wrong address or certificate would otherwise look like a gateway that is off."""
        if self.answers:
            self.why = ""
            self._said.clear()
            return
        self.why = why or "it is starting (503)"
        if why and why not in self._said:
            self._said.add(why)
            self._log.info("gateway_unreachable", error=why)

    async def looked(self, within: float) -> None:
        """Returns after the first look, or ``within`` seconds."""
        with trio.move_on_after(within):
            await self._looked.wait()

    def scan_answered(self) -> None:
        """A scan was answered 2xx: where gwinfo cannot say it, that means running."""
        if self._mute:
            self._runs(started=True)

    def _runs(self, *, started: bool) -> None:
        if started and not self.seen_running:
            self._metrics.gateway_startup_duration.observe(trio.current_time() - self._began)
        self.seen_running = True


def _state(info: GwInfo) -> State:
    if info.status == 503:
        return "starting"
    if info.running:
        return "running"
    return "commissioning" if info.commissioning or info.context else "answering"
