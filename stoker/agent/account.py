"""From an outcome to what others read: the report, the history, events, metrics and log lines.

A report keeps its time, duration and counts while nothing happens, so that a quiet gateway writes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from stoker.api.handoff import report_limit
from stoker.api.reports import HistoryEntry, Report
from stoker.api.times import go_duration, rfc3339
from stoker.errors import DesignerSessionsBlocked, StokerError
from stoker.kube.cluster import GATEWAYSYNCS
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from stoker.agent.metrics import AgentMetrics
    from stoker.agent.order import Order, Outcome
    from stoker.agent.publish import Publisher
    from stoker.agent.setup import AgentSetup
    from stoker.kube.cluster import Cluster
    from stoker.kube.events import EventRecorder

DRIFT_SHOWN = 50


class Account:
    """``settle`` writes down one outcome; ``fault`` an error that came before any sync could begin."""

    def __init__(
        self,
        setup: AgentSetup,
        publisher: Publisher,
        *,
        cluster: Cluster,
        events: EventRecorder,
        metrics: AgentMetrics,
        now: Callable[[], datetime],
    ) -> None:
        self._setup = setup
        self._publisher = publisher
        self._cluster = cluster
        self._events = events
        self._metrics = metrics
        self._now = now
        self._error = ""
        self._log = get_logger("agent.sync", namespace=setup.namespace, gateway=setup.gateway_name).bind(
            name=setup.cr_name
        )

    async def settle(self, order: Order, outcome: Outcome, *, status: str, drift: tuple[str, ...], scan: str) -> None:
        """Report, remember, count, log."""
        limit = order.metadata.history_limit
        happened = self._happened(order, outcome)
        report = self._base(order, outcome, status, drift, scan)
        last = self._publisher.last
        if happened or status != last.sync_status or report.synced_commit != last.synced_commit:
            report = self._dated(report, outcome)
        if happened:
            await self._publisher.remember(self._entry(order, outcome))
        await self._publisher.report(report, limit=min(limit, report_limit(1)))
        self._count(order, outcome, happened=happened, drift=drift)
        await self._tell(order, outcome, happened=happened)

    async def fault(self, error: StokerError, *, status: str = "Error") -> None:
        """An error that belongs to no sync: no metadata, no such profile, a directory that is not there."""
        report = msgspec.structs.replace(
            self._publisher.last,
            sync_status=status,
            error_message=str(error),
            agent_version=self._setup.version,
            pod_uid=self._setup.pod_uid,
            profile_name=self._setup.profile,
            gateway_name=self._setup.gateway_name,
        )
        if str(error) != self._error:
            self._error = str(error)
            self._log.error("sync_failed", error=str(error), reason=error.reason)
            await self._event("Warning", "SyncFailed", str(error))
        await self._publisher.report(report, limit=report_limit(1))

    # --- the report ----------------------------------------------------------------------------------------------

    def _happened(self, order: Order, outcome: Outcome) -> bool:
        """Is this sync worth a line of history: it changed or was asked for something, or failed anew?"""
        error = str(outcome.error) if outcome.error else ""
        changed = outcome.result is not None and outcome.result.files_changed > 0
        if outcome.blocked is not None:
            return False
        return (
            (changed and not order.profile.dry_run)
            or outcome.news
            or order.forced
            or bool(error and error != self._error)
        )

    def _base(self, order: Order, outcome: Outcome, status: str, drift: tuple[str, ...], scan: str) -> Report:
        last, metadata, changes = self._publisher.last, order.metadata, outcome.changes
        in_place = outcome.result is not None
        dry = order.profile.dry_run
        return msgspec.structs.replace(
            last,
            sync_status=status,
            synced_commit=metadata.commit if in_place else last.synced_commit,
            synced_ref=metadata.ref if in_place else last.synced_ref,
            agent_version=self._setup.version,
            last_scan_result=scan or last.last_scan_result,
            projects_synced=list(outcome.result.projects) if outcome.result else last.projects_synced,
            error_message=str(outcome.error) if outcome.error else "",
            pod_uid=self._setup.pod_uid,
            profile_name=self._setup.profile,
            gateway_name=self._setup.gateway_name,
            dry_run=dry,
            dry_run_diff_added=len(changes.added) if dry and changes else 0,
            dry_run_diff_modified=len(changes.modified) if dry and changes else 0,
            dry_run_diff_deleted=len(changes.deleted) if dry and changes else 0,
            designer_sessions_blocked=outcome.blocked is not None or isinstance(outcome.error, DesignerSessionsBlocked),
            drift_files=len(drift),
            drift_paths=list(drift[:DRIFT_SHOWN]) or None,
        )

    def _dated(self, report: Report, outcome: Outcome) -> Report:
        changed = outcome.result.files_changed if outcome.result and not report.dry_run else 0
        return msgspec.structs.replace(
            report,
            last_sync_time=rfc3339(self._now()),
            last_sync_duration=go_duration(round(outcome.duration, 3)),
            files_changed=changed,
        )

    def _entry(self, order: Order, outcome: Outcome) -> HistoryEntry:
        result = outcome.result
        shown = result if result is not None and not order.profile.dry_run else None
        verdict = "error" if outcome.error else "dry-run" if order.profile.dry_run else "success"
        return HistoryEntry(
            at=rfc3339(self._now()),
            trigger=order.trigger,
            ref=order.metadata.ref,
            commit=order.metadata.commit,
            author=outcome.tree.author if outcome.tree else "",
            subject=outcome.tree.subject if outcome.tree else "",
            result=verdict,
            duration=go_duration(round(outcome.duration, 3)),
            added=len(shown.added) if shown else 0,
            modified=len(shown.modified) if shown else 0,
            deleted=len(shown.deleted) if shown else 0,
            added_paths=list(shown.added) if shown else [],
            modified_paths=list(shown.modified) if shown else [],
            deleted_paths=list(shown.deleted) if shown else [],
            kept_paths=[f"{shown.kept_in}/{path}" for path in shown.kept] if shown else [],
            error=str(outcome.error) if outcome.error else "",
        )

    # --- metrics, log, events ------------------------------------------------------------------------------------

    def _count(self, order: Order, outcome: Outcome, *, happened: bool, drift: tuple[str, ...]) -> None:
        metrics, profile = self._metrics, self._setup.profile
        metrics.drift_files.set(len(drift))
        if outcome.blocked is not None:
            metrics.sync_skipped_total.labels("designer_blocked").inc()
            return
        metrics.last_sync_success.set(0 if outcome.error else 1)
        if not happened:
            if not outcome.error:
                metrics.sync_skipped_total.labels("commit_unchanged").inc()
            return
        metrics.sync_total.labels(profile, "error" if outcome.error else "success").inc()
        metrics.sync_duration.labels(profile).observe(outcome.duration)
        metrics.last_sync_timestamp.set(self._now().timestamp())
        if outcome.result is not None and not order.profile.dry_run:
            metrics.files_added.labels(profile).set(len(outcome.result.added))
            metrics.files_modified.labels(profile).set(len(outcome.result.modified))
            metrics.files_deleted.labels(profile).set(len(outcome.result.deleted))
            metrics.files_changed.labels(profile).set(outcome.result.files_changed)

    async def _tell(self, order: Order, outcome: Outcome, *, happened: bool) -> None:
        said, self._error = self._error, str(outcome.error) if outcome.error else ""
        facts = {
            "commit": order.metadata.commit,
            "ref": order.metadata.ref,
            "trigger": order.trigger,
            "duration_s": round(outcome.duration, 3),
        }
        if outcome.blocked is not None:
            await self._event("Normal", "DesignerSessionsBlocked", "Designer sessions are open; the sync waits")
        elif outcome.error is not None:
            self._log.error("sync_failed", **facts, error=str(outcome.error), reason=outcome.error.reason)
            if self._error != said:
                await self._event("Warning", _failure(outcome), str(outcome.error))
        elif happened and outcome.result is not None:
            result = outcome.result
            facts |= {"added": len(result.added), "modified": len(result.modified), "deleted": len(result.deleted)}
            event = "sync_computed" if order.profile.dry_run else "sync_completed"
            self._log.info(event, **facts, unchanged=result.unchanged, scanned=outcome.scanned, kept=list(result.kept))
            short = f"{order.metadata.commit[:7]}: {result.files_changed} files changed"
            await self._event("Normal", "SyncCompleted", f"{self._setup.gateway_name} synced {short}")
        else:
            self._log.debug("sync_unchanged", **facts)

    async def _event(self, kind: Literal["Normal", "Warning"], reason: str, message: str) -> None:
        try:
            resource = await self._cluster.get(GATEWAYSYNCS, self._setup.namespace, self._setup.cr_name)
        except StokerError as error:
            self._log.debug("event_not_recorded", event_reason=reason, error=str(error))
            return
        text = message if self._setup.gateway_name in message else f"{self._setup.gateway_name}: {message}"
        await self._events.record(resource.metadata, type=kind, reason=reason, message=text)


def _failure(outcome: Outcome) -> str:
    if isinstance(outcome.error, DesignerSessionsBlocked):
        return "DesignerSessionsBlocked"
    return "SyncFailed" if outcome.tree is not None else "CloneFailed"
