"""From an outcome to the report that others read: pure.

A report keeps its time, duration and counts while nothing happens, so that a quiet gateway writes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from stoker.api.times import go_duration
from stoker.observe.redact import redact

if TYPE_CHECKING:
    from stoker.agent.order import Order, Outcome, Status
    from stoker.agent.setup import AgentSetup
    from stoker.api.reports import Report

DRIFT_SHOWN: Final = 50


def identity(setup: AgentSetup, report: Report) -> Report:
    """``report`` as this agent's own."""
    return msgspec.structs.replace(
        report,
        agent_version=setup.version,
        pod_uid=setup.pod_uid,
        profile_name=setup.profile,
        gateway_name=setup.gateway_name,
    )


def report_of(last: Report, order: Order, outcome: Outcome, *, status: Status, scan: str) -> Report:
    """What is so now; when and how long is ``dated``'s."""
    metadata, result = order.metadata, outcome.result
    dry = order.profile.dry_run
    counts = outcome.changes if dry else None
    drift = outcome.drift
    return msgspec.structs.replace(
        last,
        sync_status=status,
        synced_commit=metadata.commit if result is not None else last.synced_commit,
        synced_ref=metadata.ref if result is not None else last.synced_ref,
        last_scan_result=scan or last.last_scan_result,
        projects_synced=list(result.projects) if result is not None else last.projects_synced,
        error_message=message_of(outcome),
        dry_run=dry,
        dry_run_diff_added=len(counts.added) if counts else 0,
        dry_run_diff_modified=len(counts.modified) if counts else 0,
        dry_run_diff_deleted=len(counts.deleted) if counts else 0,
        designer_sessions_blocked=outcome.held_up is not None or outcome.gave_way,
        drift_files=len(drift) if drift is not None else last.drift_files,
        drift_paths=(list(drift[:DRIFT_SHOWN]) or None) if drift is not None else last.drift_paths,
    )


def dated(report: Report, outcome: Outcome, *, at: str) -> Report:
    """``report`` with the time, duration and count of a sync that was worth telling."""
    result = outcome.result
    return msgspec.structs.replace(
        report,
        last_sync_time=at,
        last_sync_duration=go_duration(outcome.duration),
        files_changed=result.files_changed if result is not None and not report.dry_run else 0,
    )


def message_of(outcome: Outcome) -> str:
    """Why the gateway is not Synced, for people; empty when there is nothing to say."""
    if outcome.error is not None:
        return redact(str(outcome.error))
    if outcome.held_up is not None:
        return redact(f"waiting for Designer sessions to end ({outcome.held_up.by})")
    return redact(outcome.refused)
