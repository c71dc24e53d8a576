"""The status, written once a pass and only when it differs; transitions become events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from stoker.api import conditions as c
from stoker.api import names
from stoker.api.status import Status
from stoker.api.times import rfc3339
from stoker.controller.summary import conditions_of
from stoker.kube.cluster import GATEWAYSYNCS

if TYPE_CHECKING:
    from datetime import datetime

    from stoker.controller.outcome import Pass
    from stoker.kube.cluster import Cluster
    from stoker.kube.events import EventRecorder

Event = tuple[Literal["Normal", "Warning"], str, str]


def compose(this: Pass, *, now: datetime, retry_in: float | None) -> Status:
    """The whole status as it should read now: pure but for the clock it is given."""
    before = this.resource.status
    resolved = this.resolved and bool(this.commit)
    commit = this.commit if resolved else before.last_sync_commit
    moved = commit != before.last_sync_commit
    handled = before.last_handled_requested_at
    requested = this.annotation(names.REQUESTED_AT)
    failed = this.resolve_error is not None and not this.pending and not this.paused
    if requested and (this.requested_at_handled == requested or failed):
        handled = requested
    return Status(
        observed_generation=this.resource.metadata.generation,
        last_sync_time=rfc3339(now) if moved else before.last_sync_time,
        last_sync_ref=this.ref if resolved else before.last_sync_ref,
        last_sync_commit=commit,
        last_sync_commit_short=commit[:7],
        ref_resolution_status=_resolution(this),
        profile_count=len(this.profiles) if this.spec else before.profile_count,
        last_handled_requested_at=handled,
        conditions=conditions_of(this, now=rfc3339(now), retry_in=retry_in),
        discovered_gateways=this.gateways if this.gateways_known else before.discovered_gateways,
    )


async def write(this: Pass, wanted: Status, cluster: Cluster) -> None:
    """A merge patch of the status; fields that became empty are nulled, for their default is absence."""
    before = msgspec.to_builtins(this.resource.status)
    after = msgspec.to_builtins(wanted)
    if before == after:
        return
    patch = {key: value for key, value in after.items() if before.get(key) != value}
    patch |= {key: None for key in before if key not in after}
    meta = this.resource.metadata
    await cluster.patch(GATEWAYSYNCS, meta.namespace, meta.name, {"status": patch}, subresource="status")


async def tell(this: Pass, wanted: Status, events: EventRecorder) -> None:
    """Events for what changed between the stored status and the wanted one."""
    for kind, reason, message in transitions(this.resource.status, wanted):
        await events.record(this.resource.metadata, type=kind, reason=reason, message=message)


def transitions(before: Status, after: Status) -> list[Event]:
    """Only what flipped: pure."""
    found: list[Event] = []

    def flipped(kind: str, status: str) -> c.Condition | None:
        old, new = c.find(before.conditions, kind), c.find(after.conditions, kind)
        changed = new is not None and new.status == status and (old is None or old.status != status)
        return new if changed else None

    if (condition := flipped(c.REF_RESOLVED, "False")) and after.ref_resolution_status == "Error":
        found.append(("Warning", condition.reason, condition.message))
    if condition := flipped(c.PROFILES_VALID, "False"):
        found.append(("Warning", "ProfilesInvalid", condition.message))
    if (condition := flipped(c.ALL_GATEWAYS_SYNCED, "True")) is not None:
        found.append(("Normal", "SyncCompleted", f"{condition.message} at {after.last_sync_commit_short}"))
    if condition := flipped(c.SIDECAR_INJECTED, "False"):
        found.append(("Warning", "MissingSidecar", condition.message))
    ready, was = c.find(after.conditions, c.READY), c.find(before.conditions, c.READY)
    if ready and ready.reason == "Paused" and (was is None or was.reason != "Paused"):
        found.append(("Normal", "Paused", ready.message))
    known = {gateway.pod_name for gateway in before.discovered_gateways}
    fresh = sorted(gateway.name for gateway in after.discovered_gateways if gateway.pod_name not in known)
    if fresh:
        found.append(("Normal", "GatewaysDiscovered", f"discovered {', '.join(fresh)}"[:900]))
    return found


def _resolution(this: Pass) -> str:
    if this.resolve_error is not None:
        return "Error"
    if this.resolved:
        return "Resolved"
    return "Resolving" if this.pending else "NotResolved"
