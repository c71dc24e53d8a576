"""The sync loop: why it turns, when it holds back, and what one turn is to do.

One loop, one gateway: nothing here runs beside itself. It sleeps until something fires or the next appointed time (the
period, a retry, a Designer session to ask about, a report that could not be written).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import trio

from stoker.agent.drift import DriftRule
from stoker.agent.order import Order, Outcome
from stoker.agent.profile import fingerprint, profile_of
from stoker.errors import StokerError
from stoker.nursery.backoff import exponential

if TYPE_CHECKING:
    from stoker.agent.account import Account
    from stoker.agent.cycle import Cycle
    from stoker.agent.desk import Desk
    from stoker.agent.gate import Gate
    from stoker.agent.gateway import Monitor
    from stoker.agent.metrics import AgentMetrics
    from stoker.agent.publish import Publisher
    from stoker.agent.scan import Scanner
    from stoker.agent.setup import AgentSetup
    from stoker.agent.trigger import Reason, Trigger
    from stoker.agent.watch import Wanted
    from stoker.api.handoff import Metadata
    from stoker.api.profiles import ResolvedProfile

BACKOFF = exponential(30.0, 300.0)
REQUESTED: Final = "requestedAt"
IDLE_PERIOD = 30.0
UNSENT_PAUSE = 5.0
MOMENTS: Final[frozenset[Reason]] = frozenset({"gateway-answers", "gateway-running"})


class Loop:
    """``turn`` is one round; ``run`` goes round until cancelled."""

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
        self._drift = DriftRule()
        self._failures = 0
        self._not_before = 0.0
        self._attempted: tuple[str, str, str, str] | None = None
        self._period = IDLE_PERIOD
        self._retry: float | None = None
        self._unsent = False

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Go round until cancelled; started at once, because a gate that never opens must still be probed."""
        task_status.started()
        while True:
            reasons = await self._trigger.take(self._pause())
            if not reasons:
                await self._wanted.read()
            await self.turn(reasons)

    async def turn(self, reasons: set[Reason]) -> Outcome | None:
        """One round; None when there was nothing to sync."""
        self._retry = None
        try:
            return await self._turn(reasons)
        except StokerError as error:  # before any sync could begin
            await self._account.fault(error)
            self._failed()
            await self._open_where_a_gateway_lives()
            return None
        finally:
            self._unsent = not self._publisher.clean

    # --- what to do ----------------------------------------------------------------------------------------------

    async def _turn(self, reasons: set[Reason]) -> Outcome | None:
        await self._desk.ready()
        metadata = self._wanted.metadata
        if self._wanted.fault is not None:
            raise self._wanted.fault
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
            self._metrics.sync_skipped_total.labels("profile_error").inc()
            raise
        self._period = float(profile.sync_period)
        if profile.paused:
            self._paused()
            return None
        return await self._sync(metadata, profile, reasons)

    def _paused(self) -> None:
        self._metrics.sync_skipped_total.labels("paused").inc()
        self._gate.open()

    async def _sync(self, metadata: Metadata, profile: ResolvedProfile, reasons: set[Reason]) -> Outcome | None:
        handled = self._desk.engine.notes.get(REQUESTED)
        forced = handled is not None and metadata.requested_at not in {handled, ""}
        aim = (metadata.commit, fingerprint(profile), metadata.requested_at, metadata.allow_mass_delete)
        moment = bool(reasons & MOMENTS)
        fresh = aim != self._attempted
        if not (fresh or moment) and trio.current_time() < self._not_before:
            self._metrics.sync_skipped_total.labels("backoff").inc()
            return None
        if fresh:
            self._failures = 0
        first = self._attempted is None
        self._attempted = aim
        news = forced or (fresh and not first) or self._desk.engine.applied_commit != metadata.commit
        mode, spare = self._drift.mode(news=news, moment=moment, policy=profile.drift_policy)
        order = Order(
            metadata,
            profile,
            _named(reasons, first=first, forced=forced, news=news),
            forced=forced,
            moment=moment,
            drift=mode,
            spare=spare,
        )
        outcome = await self._cycle.run(order)
        await self._judge(order, outcome)
        return outcome

    # --- how it went ---------------------------------------------------------------------------------------------

    async def _judge(self, order: Order, outcome: Outcome) -> None:
        left: tuple[str, ...] = ()
        if outcome.result is not None:
            found = outcome.result.drift
            left = self._drift.left(found, mode=order.drift, spared=order.spare)
            self._drift.seen(found, mode=order.drift, spared=order.spare)
        if outcome.error is not None:
            self._failed()
        elif outcome.blocked is not None:
            self._retry = outcome.blocked
        else:
            self._failures, self._not_before = 0, 0.0
            await self._handled(order)
        await self._account.settle(
            order, outcome, status=self._status(order, outcome), drift=left, scan=self._scanner.result
        )
        if outcome.error is None and outcome.blocked is None:
            self._gate.open()
        else:
            await self._open_where_a_gateway_lives()

    async def _handled(self, order: Order) -> None:
        """Remember the request that this sync answered; on a first start also that there was none."""
        await self._desk.call(self._desk.engine.note, REQUESTED, order.metadata.requested_at)

    def _status(self, order: Order, outcome: Outcome) -> str:
        if outcome.error is not None:
            return "Error"
        if outcome.blocked is not None or outcome.pending:
            return "Pending"
        return "Synced" if order.profile.dry_run or self._monitor.settled else "Pending"

    def _failed(self) -> None:
        self._failures += 1
        delay = BACKOFF.delay(self._failures)
        self._retry = delay
        self._not_before = trio.current_time() + delay

    async def _open_where_a_gateway_lives(self) -> None:
        if await self._desk.has_gateway():
            self._gate.open()

    def _pause(self) -> float:
        pause = self._period if self._retry is None else min(self._period, self._retry)
        return min(pause, UNSENT_PAUSE) if self._unsent else pause


def _named(reasons: set[Reason], *, first: bool, forced: bool, news: bool) -> str:
    """The trigger as the history names it: the most telling reason."""
    if forced:
        return "request"
    if first:
        return "start"
    for reason in ("gateway-running", "gateway-answers"):
        if reason in reasons:
            return reason
    return "commit" if news else "timer"
