"""Designer sessions: somebody edits on the gateway what a sync would replace. The policy says who waits for whom.

Never blocks: a sync that must wait ends as held up and is tried again in ten seconds, so that a newer commit, a pause or
a shutdown is never stuck behind a session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import trio

from stoker.errors import DesignerSessionsBlocked
from stoker.ignition.sessions import open_sessions
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from stoker.agent.metrics import AgentMetrics
    from stoker.ignition.client import GatewayClient
    from stoker.ignition.sessions import DesignerSession

ASK_EVERY: Final = 10.0
WAIT_AT_MOST: Final = 300.0
ASK_BOUND: Final = 3.0
NAMED: Final = 5
Policy = Literal["proceed", "wait", "fail"]


class HeldUp(NamedTuple):
    """Ask again in ``seconds``; ``by`` says who is editing what."""

    seconds: float
    by: str


class Guard:
    """Its metric says 1 from the first sync that was held up until one gets through."""

    def __init__(self, client: GatewayClient, metrics: AgentMetrics, *, gateway: str, namespace: str) -> None:
        self._client = client
        self._metrics = metrics
        self._since: float | None = None
        self._log = get_logger("agent.designers", gateway=gateway, namespace=namespace)

    async def check(self, policy: Policy) -> HeldUp | None:
        """None: go ahead. DesignerSessionsBlocked: give up until the next trigger."""
        sessions = await self._sessions()
        if not sessions:
            return None
        by = _who(sessions)
        if policy == "proceed":
            self._log.info("designer_sessions_open", sessions=by)
            return None
        self._metrics.designer_sessions_blocked.set(1)
        now = trio.current_time()
        if policy == "wait":
            self._since = now if self._since is None else self._since
            if now - self._since < WAIT_AT_MOST:
                self._log.debug("designer_sessions_wait", sessions=by, waited_s=round(now - self._since))
                return HeldUp(ASK_EVERY, by)
        self._since = None
        waited = f" after {WAIT_AT_MOST / 60:.0f} minutes" if policy == "wait" else ""
        raise DesignerSessionsBlocked(
            f"Designer sessions are open{waited} ({by}); close them, or set designerSessionPolicy: proceed"
        )

    def passed(self) -> None:
        """A sync got through."""
        self._since = None
        self._metrics.designer_sessions_blocked.set(0)

    async def _sessions(self) -> tuple[DesignerSession, ...]:
        """Those that are open; none when the gateway does not say, which holds nothing up."""
        found: tuple[DesignerSession, ...] | None = None
        with trio.move_on_after(ASK_BOUND):
            found = await open_sessions(self._client)
        if found is None:
            self._log.warning("designer_sessions_unknown", remedy="the gateway did not list them; going on without")
        self._metrics.designer_sessions_active.set(len(found or ()))
        return found or ()


def _who(sessions: tuple[DesignerSession, ...]) -> str:
    """The first few, by user and project; the rest as a count, for reports are bounded."""
    all_of_them = sorted({f"{session.user} in {session.project}" for session in sessions})
    more = f" and {len(all_of_them) - NAMED} more" if len(all_of_them) > NAMED else ""
    return ", ".join(all_of_them[:NAMED]) + more
