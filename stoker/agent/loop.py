"""The sync loop: when it turns, when it holds back, and what comes of each turn.

One loop, one gateway: nothing here runs beside itself. It sleeps until something fires or the next appointed time (the
period, a retry, Designer sessions to ask about). It never waits for the object store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import trio

from stoker.agent.aims import Aims
from stoker.agent.cycle import REQUESTED
from stoker.agent.patience import Patience
from stoker.agent.profile import profile_of
from stoker.errors import StokerError

if TYPE_CHECKING:
    from stoker.agent.account import Account
    from stoker.agent.cycle import Cycle
    from stoker.agent.desk import Desk
    from stoker.agent.gate import Gate
    from stoker.agent.gateway import Monitor
    from stoker.agent.metrics import AgentMetrics
    from stoker.agent.order import Order, Outcome, Status
    from stoker.agent.publish import Publisher
    from stoker.agent.scan import Scanner
    from stoker.agent.setup import AgentSetup
    from stoker.agent.trigger import Reason, Trigger
    from stoker.agent.watch import Wanted
    from stoker.api.handoff import Metadata
    from stoker.api.profiles import ResolvedProfile

OVERDUE: Final = 10.0
QUIET: Final = 2.0
"""Seconds of nothing to do after work, when it is time to give its memory back. Commits that come close should not pay for it."""


class Loop:
    """``turn`` is one round; ``run`` goes round until cancelled. ``turning_since``: trio time, None between turns."""

    def __init__(
        self,
        setup: AgentSetup,
        *,
        wanted: Wanted,
        trigger: Trigger,
        desk: Desk,
        cycle: Cycle,
        account: Account,
        publisher: Publisher,
        monitor: Monitor,
        scanner: Scanner,
        gate: Gate,
        metrics: AgentMetrics,
    ) -> None:
        self.turning_since: float | None = None
        self._setup = setup
        self._wanted = wanted
        self._trigger = trigger
        self._desk = desk
        self._cycle = cycle
        self._account = account
        self._publisher = publisher
        self._monitor = monitor
        self._scanner = scanner
        self._gate = gate
        self._metrics = metrics
        self._aims = Aims()
        self._patience = Patience()
        self._period = setup.sync_period
        self._ask_in: float | None = None
        self._tired = True

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Go round until cancelled; started at once, because a gate that never opens must still be probed."""
        task_status.started()
        while True:
            reasons = await self._reasons()
            if not reasons:
                await self._wanted.read()
            await self.turn(reasons)

    async def turn(self, reasons: set[Reason]) -> Outcome | None:
        """One round; None when there was nothing to sync."""
        self.turning_since = trio.current_time()
        self._ask_in = None
        try:
            return await self._turn(reasons)
        except StokerError as error:  # before any sync could begin
            self._account.trouble(error.reason, str(error))
            await self._open_where_a_gateway_lives()
            return None
        finally:
            self.turning_since = None

    async def _reasons(self) -> set[Reason]:
        """What fired, or nothing when the appointed time came; a quiet moment after work is for rest."""
        pause = self._pause()
        if self._tired and pause > QUIET:
            if reasons := await self._trigger.take(QUIET):
                return reasons
            self._tired = False
            await self._desk.rest()
            pause -= QUIET
        return await self._trigger.take(pause)

    async def mind_the_gate(self) -> None:
        """A plant must restart while git or the API server is down: ten seconds, once the directory is whole."""
        await trio.sleep(OVERDUE)
        await self._desk.whole()
        if self._gate.opened:
            return
        why = self._wanted.missing() or "it still runs"
        if not self._desk.inhabited:
            self._account.waits(why)
            return
        self._account.trouble(
            "FirstSyncOverdue",
            f"the first sync did not end within {OVERDUE:.0f} s ({why}); the gateway may start on the files that are there",
        )
        self._gate.open()

    # --- what to do ----------------------------------------------------------------------------------------------

    async def _turn(self, reasons: set[Reason]) -> Outcome | None:
        if (done := await self._desk.ready()) is not None:
            self._account.recovered(done)
        if self._wanted.fault is not None:
            raise self._wanted.fault
        metadata = self._wanted.metadata
        if metadata is None:
            return None
        if metadata.paused:
            self._paused()
            return None
        if not metadata.commit:
            return None
        try:
            profile = profile_of(metadata, self._setup)
        except StokerError:
            self._metrics.skipped("profile_error")
            raise
        self._period = float(profile.sync_period)
        if profile.paused:
            self._paused()
            return None
        self._metrics.awaits_sync(paused=False)
        return await self._sync(metadata, profile, reasons)

    def _paused(self) -> None:
        self._metrics.awaits_sync(paused=True)
        self._gate.open()

    async def _sync(self, metadata: Metadata, profile: ResolvedProfile, reasons: set[Reason]) -> Outcome | None:
        await self._publisher.load()
        handled = self._desk.engine.notes.get(REQUESTED)
        order, at_once = self._aims.order(metadata, profile, reasons, handled=handled)
        if at_once:
            self._patience.reset()
        elif self._patience.holds:
            self._metrics.skipped("backoff")
            return None
        outcome = await self._cycle.run(order)
        self._tired = True
        self._aims.ended(outcome)
        self._appoint(outcome)
        self._account.settle(order, outcome, status=self._status(order, outcome), scan=self._scanner.result)
        if outcome.through:
            self._gate.open()
        else:
            await self._open_where_a_gateway_lives()
        return outcome

    # --- how it went ---------------------------------------------------------------------------------------------

    def _appoint(self, outcome: Outcome) -> None:
        """When to try again. What only Designer sessions hold up is tried again at the next trigger."""
        if outcome.held_up is not None:
            self._ask_in = outcome.held_up.seconds
            self._patience.reset()
        elif outcome.error is None or outcome.gave_way:
            self._patience.reset()
        else:
            self._patience.failed()

    def _status(self, order: Order, outcome: Outcome) -> Status:
        if outcome.error is not None:
            return "Error"
        if outcome.held_up is not None or outcome.pending:
            return "Pending"
        return "Synced" if order.profile.dry_run or self._monitor.seen_running else "Pending"

    async def _open_where_a_gateway_lives(self) -> None:
        if await self._desk.has_gateway():
            self._gate.open()

    def _pause(self) -> float:
        appointed = (self._period, self._ask_in, self._patience.left)
        return min(seconds for seconds in appointed if seconds is not None)
