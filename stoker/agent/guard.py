"""Designer sessions: somebody edits on the gateway what a sync would replace. The policy says who waits for whom.

Never blocks: a sync that must wait ends as blocked and is tried again in ten seconds, so that a newer commit, a pause or a
shutdown is never stuck behind a session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import trio

from stoker.errors import DesignerSessionsBlocked
from stoker.ignition.sessions import open_sessions
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from stoker.agent.metrics import AgentMetrics
    from stoker.ignition.client import GatewayClient

ASK_EVERY = 10.0
WAIT_AT_MOST = 300.0
ASK_BOUND = 3.0


class Guard:
    """``blocked`` while sessions hold a sync up; it stays so until a sync gets through."""

    def __init__(self, client: GatewayClient, metrics: AgentMetrics, *, gateway: str) -> None:
        self.blocked = False
        self._client = client
        self._metrics = metrics
        self._since: float | None = None
        self._log = get_logger("agent.designers", gateway=gateway)

    async def check(self, policy: Literal["proceed", "wait", "fail"]) -> float | None:
        """None: go ahead. A number: blocked, ask again in so many seconds. DesignerSessionsBlocked: give up for now."""
        with trio.move_on_after(ASK_BOUND):
            return await self._check(policy)
        self._log.warning("designer_sessions_unknown", remedy="the gateway did not list its sessions; going on without")
        return None

    def passed(self) -> None:
        """A sync got through."""
        self.blocked, self._since = False, None
        self._metrics.designer_sessions_blocked.set(0)

    async def _check(self, policy: Literal["proceed", "wait", "fail"]) -> float | None:
        sessions = await open_sessions(self._client)
        self._metrics.designer_sessions_active.set(len(sessions or ()))
        if not sessions:
            return None
        who = ", ".join(sorted({f"{session.user} in {session.project}" for session in sessions}))
        if policy == "proceed":
            self._log.info("designer_sessions_open", sessions=who)
            return None
        self.blocked = True
        self._metrics.designer_sessions_blocked.set(1)
        now = trio.current_time()
        self._since = now if self._since is None else self._since
        if policy == "wait" and now - self._since < WAIT_AT_MOST:
            self._log.info("designer_sessions_wait", sessions=who, waited_s=round(now - self._since))
            return ASK_EVERY
        self._since = None
        raise DesignerSessionsBlocked(
            f"Designer sessions are open ({who}); close them, or set designerSessionPolicy: proceed"
        )
