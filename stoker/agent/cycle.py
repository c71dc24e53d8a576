"""One sync, from the commit's name to scanned files. Every error ends in the outcome; what is owed stays on disk.

Order matters: the commit is fetched and compared before anybody is asked to wait; Designer sessions are asked about only
when a file would change; the gateway's scan locks are taken while the new files are staged.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import trio

from stoker.agent.order import Order, Outcome
from stoker.agent.profile import request, uses_labels
from stoker.agent.scan import RELEASE_WITHIN
from stoker.errors import DesignerSessionsBlocked, StokerError, StoreBroken
from stoker.kube.cluster import PODS

if TYPE_CHECKING:
    from stoker.agent.desk import Desk
    from stoker.agent.gateway import Monitor
    from stoker.agent.guard import Guard
    from stoker.agent.metrics import AgentMetrics
    from stoker.agent.scan import Scanner
    from stoker.agent.setup import AgentSetup
    from stoker.git.fetch import StorePool
    from stoker.git.tree import CommitTree
    from stoker.kube.cluster import Cluster
    from stoker.sync.prepared import Prepared
    from stoker.sync.report import SyncResult
    from stoker.sync.stage import Staged


class FetchFailed(Exception):  # noqa: N818 - carries the real error out of the fetch, for its own event
    """The commit could not be had; ``error`` says why."""

    def __init__(self, error: StokerError) -> None:
        super().__init__(str(error))
        self.error = error


class Cycle:
    """``run`` never raises a StokerError. ``clone_failed`` tells whether the last failure was a fetch."""

    def __init__(
        self,
        setup: AgentSetup,
        desk: Desk,
        *,
        cluster: Cluster,
        stores: StorePool,
        monitor: Monitor,
        guard: Guard,
        scanner: Scanner,
        metrics: AgentMetrics,
    ) -> None:
        self.clone_failed = False
        self._setup = setup
        self._desk = desk
        self._cluster = cluster
        self._stores = stores
        self._monitor = monitor
        self._guard = guard
        self._scanner = scanner
        self._metrics = metrics
        self._moment_due = False

    async def run(self, order: Order) -> Outcome:
        """One sync and, where one is due, its scan."""
        began = trio.current_time()
        outcome = Outcome()
        self.clone_failed = False
        self._moment_due = self._moment_due or order.moment
        try:
            await self._files(order, outcome)
            outcome.duration = trio.current_time() - began
            if outcome.blocked is None:
                await self._scan(order, outcome)
        except FetchFailed as failed:
            self.clone_failed = True
            outcome.error = failed.error
        except StokerError as error:
            outcome.error = error
        outcome.duration = outcome.duration or trio.current_time() - began
        return outcome

    # --- files ---------------------------------------------------------------------------------------------------

    async def _files(self, order: Order, outcome: Outcome) -> None:
        await self._desk.ready()
        try:
            prepared = await self._prepared(order, outcome)
        except StoreBroken:
            self._stores.discard(order.metadata.git_url)  # damaged on disk: fetched anew, once
            prepared = await self._prepared(order, outcome)
        engine = self._desk.engine
        outcome.changes = prepared.changes
        outcome.news = engine.applied_commit != order.metadata.commit
        if prepared.is_noop or order.profile.dry_run:
            outcome.result = await self._desk.call(engine.record, prepared)
            self._guard.passed()
            return
        try:
            if self._monitor.answers and (wait := await self._guard.check(order.profile.designer_session_policy)):
                outcome.blocked = wait
                return
        except DesignerSessionsBlocked:
            self._metrics.sync_skipped_total.labels("designer_blocked").inc()
            raise
        outcome.result = await self._merged(prepared)
        self._guard.passed()

    async def _prepared(self, order: Order, outcome: Outcome) -> Prepared:
        outcome.tree = await self._tree(order, outcome)
        labels = await self._labels() if uses_labels(order.profile) else {}
        wanted = request(
            self._setup,
            order.metadata,
            order.profile,
            labels,
            outcome.tree,
            drift=order.drift,
            spare=order.spare,
            trigger=order.trigger,
        )
        return await self._desk.call(self._desk.engine.prepare, wanted)

    async def _tree(self, order: Order, outcome: Outcome) -> CommitTree:
        metadata = order.metadata
        operation = "fetch"
        try:
            credentials = await self._setup.git_credentials(metadata.auth_type)
            fetched = await self._stores.ensure(metadata.git_url, metadata.commit, metadata.ref, credentials)
            tree = await self._desk.call(self._stores.tree, metadata.git_url, metadata.commit)
        except StoreBroken:
            raise
        except StokerError as error:
            self._metrics.git_fetch_total.labels(operation, "error").inc()
            raise FetchFailed(error) from None
        if fetched.operation in {"clone", "fetch"}:
            self._metrics.git_fetch_total.labels(fetched.operation, "success").inc()
            self._metrics.git_fetch_duration.labels(fetched.operation).observe(fetched.duration)
            outcome.fetched = fetched
        return tree

    async def _labels(self) -> dict[str, str]:
        pod = await self._cluster.get(PODS, self._setup.namespace, self._setup.pod_name)
        return dict(pod.metadata.labels or {})

    async def _merged(self, prepared: Prepared) -> SyncResult:
        """Stage and lock side by side, then merge; a merge that does not happen releases the locks."""
        engine = self._desk.engine
        staged: Staged | None = None
        failure: StokerError | None = None
        held = False

        async def lock() -> None:
            nonlocal held
            held = await self._scanner.lock()

        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(lock)
                try:
                    staged = await self._desk.call(engine.stage, prepared)
                except StokerError as error:
                    failure = error
                    nursery.cancel_scope.cancel()
            if failure is not None or staged is None:
                raise failure or RuntimeError("staging ended without a result")
            return await self._desk.call(partial(engine.merge, staged))
        except BaseException:
            with trio.move_on_after(RELEASE_WITHIN, shield=True):
                if held:
                    await self._scanner.release()
            raise

    # --- scan ----------------------------------------------------------------------------------------------------

    async def _scan(self, order: Order, outcome: Outcome) -> None:
        engine = self._desk.engine
        due = engine.announcement_owed or order.forced or self._moment_due
        if not due:
            return
        if not self._monitor.answers:
            outcome.pending = engine.announcement_owed
            return
        if not await self._scanner.scan():
            outcome.pending = True
            return
        self._moment_due = False
        outcome.scanned = True
        await self._desk.call(engine.announced)
