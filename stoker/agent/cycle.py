"""One sync, from the commit's name to scanned files. Every error ends in the outcome; what is owed stays on disk.

Order matters: the commit is fetched and compared before anybody is asked to wait; Designer sessions are asked about only
when a file would change; the gateway's scan locks are taken once the new files are staged, and held around the merge.
A scan that is owed for earlier files is asked for even when this sync failed: those files are live.

In a large directory what a new commit changes goes first, scan included, and only then all the rest is compared with it:
looking at every file is nine tenths of such a sync, and seldom finds anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import trio

from stoker.agent.drift import DriftRule
from stoker.agent.order import Order, Outcome
from stoker.agent.profile import request
from stoker.agent.scan import RELEASE_WITHIN
from stoker.errors import StokerError, StoreBroken
from stoker.sync.plan import fingerprint
from stoker.values import replace

if TYPE_CHECKING:
    from stoker.agent.desk import Desk
    from stoker.agent.fetching import Fetcher
    from stoker.agent.gateway import Monitor
    from stoker.agent.guard import Guard
    from stoker.agent.labels import OwnLabels
    from stoker.agent.scan import Scanner
    from stoker.agent.setup import AgentSetup
    from stoker.sync.plan import SyncRequest
    from stoker.sync.prepared import Prepared
    from stoker.sync.report import SyncResult

REQUESTED: Final = "requestedAt"
"""The note that keeps the last request that was handled."""
FIRST_LOOK: Final = 3.0


class Cycle:
    """``run`` never raises a StokerError; the directory is open and whole when it is called."""

    def __init__(
        self,
        setup: AgentSetup,
        desk: Desk,
        *,
        fetcher: Fetcher,
        labels: OwnLabels,
        monitor: Monitor,
        guard: Guard,
        scanner: Scanner,
    ) -> None:
        self._setup = setup
        self._desk = desk
        self._fetcher = fetcher
        self._labels = labels
        self._monitor = monitor
        self._guard = guard
        self._scanner = scanner
        self._drift = DriftRule()
        self._moments_met = 0
        self._scan_due = False

    async def run(self, order: Order) -> Outcome:
        """One sync and, where one is due, its scan."""
        began = trio.current_time()
        outcome = Outcome(order.cause)
        try:
            await self._files(order, outcome)
        except StokerError as error:
            outcome.error = error
        outcome.duration += trio.current_time() - began
        try:
            await self._monitor.looked(FIRST_LOOK)
            await self._scan(order, outcome)
            if outcome.through:
                await self._remember(order)
        except StokerError as error:
            outcome.error = outcome.error or error
        return outcome

    # --- files ---------------------------------------------------------------------------------------------------

    async def _files(self, order: Order, outcome: Outcome) -> None:
        try:
            await self._sync(order, outcome)
        except StoreBroken:
            # Damaged on disk, which may show as late as while files are staged: fetched anew, once.
            await self._fetcher.discard(order.metadata)
            await self._sync(order, outcome)

    async def _sync(self, order: Order, outcome: Outcome) -> None:
        outcome.tree = None
        calm = self._is_calm(order)
        outcome.tree = await self._fetcher.tree(order.metadata)
        labels = await self._labels.read(order.profile)
        wanted = request(self._setup, order.metadata, order.profile, labels, outcome.tree)
        wanted = self._with_drift(wanted, order, outcome)
        engine = self._desk.engine
        if outcome.trigger == "commit" and not order.moment:
            await self._news(wanted, order, outcome)
        if outcome.held_up is not None:
            return
        prepared = await self._desk.call(engine.prepare, wanted)
        outcome.changes = prepared.changes
        if prepared.is_noop or wanted.dry_run:
            self._add(outcome, await self._desk.call(engine.record, prepared))
        elif await self._may_merge(order, outcome):
            self._add(outcome, await self._merged(prepared))
        else:
            return
        self._guard.passed()
        mode = "report" if wanted.dry_run else wanted.drift
        outcome.drift = self._drift.seen(prepared.drift, mode=mode, spared=wanted.spare, calm=calm)

    async def _news(self, wanted: SyncRequest, order: Order, outcome: Outcome) -> None:
        """What the commit changes goes live, and is scanned, before anything else is looked at, where that is worth it."""
        prepared = await self._desk.call(self._desk.engine.prepare_news, wanted)
        if prepared is None or prepared.is_noop or not await self._may_merge(order, outcome):
            return
        self._add(outcome, await self._merged(prepared))
        if self._monitor.answers:
            asked = trio.current_time()
            try:
                await self._scan_now(outcome)
            except StokerError as error:
                outcome.scan_error = error
            outcome.duration -= trio.current_time() - asked  # a sync's duration is told without its scan's

    async def _may_merge(self, order: Order, outcome: Outcome) -> bool:
        """Do Designer sessions allow it? An agent that began just now may not know yet that there is a gateway to ask."""
        await self._monitor.looked(FIRST_LOOK)
        if self._monitor.answers:
            outcome.held_up = await self._guard.check(order.profile.designer_session_policy)
        return outcome.held_up is None

    @staticmethod
    def _add(outcome: Outcome, done: SyncResult) -> None:
        outcome.result = outcome.result.then(done) if outcome.result is not None else done

    def _is_calm(self, order: Order) -> bool:
        """The gateway runs, and every start of it was answered with a sync of its own, be it this one."""
        if order.moment:
            self._moments_met = self._monitor.moments
        return self._monitor.calm and self._moments_met == self._monitor.moments

    def _with_drift(self, wanted: SyncRequest, order: Order, outcome: Outcome) -> SyncRequest:
        """The request with its drift mode. What is news is judged by what the manifest says of the last sync."""
        engine = self._desk.engine
        if not order.forced and order.cause != "start":
            if engine.applied_commit != wanted.commit:
                outcome.trigger = "commit"
            elif engine.applied_digest != fingerprint(wanted):
                outcome.trigger = "profile"
        same = (engine.applied_commit, engine.applied_digest) == (wanted.commit, fingerprint(wanted))
        news = order.forced or not same or engine.comparison_owed
        mode, spare = self._drift.mode(news=news, moment=order.moment, policy=order.profile.drift_policy)
        return replace(wanted, drift=mode, spare=spare)

    async def _merged(self, prepared: Prepared) -> SyncResult:
        """Stage, lock, merge; a merge that does not happen releases the locks."""
        engine = self._desk.engine
        staged = await self._desk.call(engine.stage, prepared)
        held = await self._scanner.lock()
        try:
            return await self._desk.call(engine.merge, staged)
        except BaseException:
            if held:
                with trio.move_on_after(RELEASE_WITHIN, shield=True):
                    await self._scanner.release()
            raise

    # --- scan ----------------------------------------------------------------------------------------------------

    async def _scan(self, order: Order, outcome: Outcome) -> None:
        if not self._desk.settled or outcome.held_up is not None:
            return
        engine = self._desk.engine
        owed = engine.announcement_owed
        if outcome.through:
            self._scan_due = self._scan_due or order.moment or order.forced
        if not self._monitor.answers:
            outcome.pending = owed
            if not order.profile.dry_run and (owed or not self._monitor.seen_running):
                outcome.refused = f"the gateway does not answer: {self._monitor.why}" if self._monitor.why else ""
            return
        if not (owed or (outcome.through and self._scan_due)):
            return
        if outcome.scan_error is not None:
            raise outcome.scan_error
        await self._scan_now(outcome)

    async def _scan_now(self, outcome: Outcome) -> None:
        outcome.refused = await self._scanner.scan()
        outcome.pending = bool(outcome.refused)
        if outcome.refused:
            return
        outcome.scanned = True
        self._scan_due = False
        await self._desk.call(self._desk.engine.announced)

    async def _remember(self, order: Order) -> None:
        """The request that this sync answered; on a first start also that there was none."""
        requested, engine = order.metadata.requested_at, self._desk.engine
        if requested or REQUESTED not in engine.notes:
            await self._desk.call(engine.note, REQUESTED, requested)
