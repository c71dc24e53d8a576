"""The status, written once a pass and only when it differs; transitions become events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from stoker.api import conditions as c
from stoker.api import names
from stoker.api.bounds import cut_text
from stoker.api.status import Status
from stoker.api.times import rfc3339
from stoker.controller.summary import RECREATE, conditions_of
from stoker.errors import ObjectNotFound
from stoker.kube.cluster import GATEWAYSYNCS

if TYPE_CHECKING:
    from datetime import datetime

    from stoker.controller.outcome import Pass
    from stoker.kube.cluster import Cluster
    from stoker.kube.events import EventRecorder

Event = tuple[Literal["Normal", "Warning"], str, str]
LARGEST: Final = 900 * 1024
"""Bytes of a status: the object must stay below 1 MiB with its spec."""
SHORT: Final = 100


def compose(this: Pass, *, now: datetime) -> Status:
    """The whole status as it should read now: pure but for the clock it is given."""
    before = this.resource.status
    resolved = this.resolved and this.looks_up
    commit = this.commit if resolved else before.last_sync_commit
    moved = commit != before.last_sync_commit
    status = Status(
        observed_generation=before.observed_generation if this.pending else this.resource.metadata.generation,
        last_sync_time=rfc3339(now) if moved else before.last_sync_time,
        last_sync_ref=this.ref if resolved else before.last_sync_ref,
        last_sync_commit=commit,
        last_sync_commit_short=commit[:7],
        ref_resolution_status=_resolution(this),
        profile_count=before.profile_count if this.spec_error else len(this.profiles),
        last_handled_requested_at=_handled(this),
        conditions=conditions_of(this, now=rfc3339(now)),
        discovered_gateways=this.gateways,
    )
    return _fitting(status)


async def write(this: Pass, wanted: Status, cluster: Cluster) -> None:
    """A merge patch of the status; fields that became empty are nulled, for their default is absence.

    It says only what differs from what was known: where the answer is another than was wanted, that was not so any more.
    """
    found = await _patch(this, this.resource.status, wanted, cluster)
    if found is not None:
        await _patch(this, found, wanted, cluster)


async def _patch(this: Pass, known: Status, wanted: Status, cluster: Cluster) -> Status | None:
    """The status as it is then; None when nothing was written."""
    before = msgspec.to_builtins(known)
    after = msgspec.to_builtins(wanted)
    if before == after:
        return None
    patch = {key: value for key, value in after.items() if before.get(key) != value}
    patch |= {key: None for key in before if key not in after}
    meta = this.resource.metadata
    try:
        # A resource created anew under the name while refs were looked up must not inherit this one's past. A server hears no
        # uid in a status patch, and the version moves with every annotation; so it is looked at, right before.
        present = await cluster.get(GATEWAYSYNCS, meta.namespace, meta.name)
        if present.metadata.uid == meta.uid:
            said = {"status": patch}
            made = await cluster.patch(GATEWAYSYNCS, meta.namespace, meta.name, said, subresource="status")
            return made.status
    except ObjectNotFound:
        pass  # deleted meanwhile: there is nobody left to tell
    return None


async def tell(this: Pass, wanted: Status, events: EventRecorder) -> None:
    """Events for what changed since events were last given, or, after a restart, since the status that was found."""
    for kind, reason, message in transitions(this.memory.told or this.resource.status, wanted):
        await events.record(this.resource.metadata, type=kind, reason=reason, message=message)


def transitions(before: Status, after: Status) -> list[Event]:
    """Only what flipped: pure."""
    found: list[Event] = []
    resolved = c.find(after.conditions, c.REF_RESOLVED)
    if resolved and resolved.status == "False" and _failed_otherwise(before, resolved.reason):
        found.append(("Warning", resolved.reason, resolved.message))
    if condition := _flipped(before, after, c.PROFILES_VALID, "False"):
        found.append(("Warning", "ProfilesInvalid", f"Profile validation failed: {condition.message}"))
    if condition := _flipped(before, after, c.ALL_GATEWAYS_SYNCED, "True"):
        found.append(("Normal", "SyncCompleted", f"{condition.message} at {after.last_sync_commit_short}"))
    agentless = _without_agent(after) - _without_agent(before)
    if agentless:
        pods = f"pod {', '.join(sorted(agentless))[:800]}"
        message = f"{pods}: inject annotation but no stoker-agent sidecar; {RECREATE}"
        found.append(("Warning", "MissingSidecar", message))
    ready, was = c.find(after.conditions, c.READY), c.find(before.conditions, c.READY)
    if ready and ready.reason == "Paused" and (was is None or was.reason != "Paused"):
        found.append(("Normal", "Paused", ready.message))
    if message := _discovered(before, after):
        found.append(("Normal", "GatewaysDiscovered", message))
    return found


def _discovered(before: Status, after: Status) -> str:
    """How many there are now and which are new; empty when none came and there are no fewer."""
    known = {gateway.pod_name for gateway in before.discovered_gateways}
    fresh = sorted(gateway.name for gateway in after.discovered_gateways if gateway.pod_name not in known)
    total, was = len(after.discovered_gateways), len(before.discovered_gateways)
    if not fresh and total >= was:
        return ""
    named = f": {', '.join(fresh)}"[:800] if fresh else ""
    return f"Discovered {total} gateway(s) (was {was}){named}"


def _failed_otherwise(before: Status, reason: str) -> bool:
    """It did not fail before, or for another reason: an app's key may be refused where the server was down. By the condition,
    which stays while a look-up runs, also that of another process.
    """
    was = c.find(before.conditions, c.REF_RESOLVED)
    return was is None or was.status != "False" or was.reason != reason


def _flipped(before: Status, after: Status, kind: str, status: str) -> c.Condition | None:
    old, new = c.find(before.conditions, kind), c.find(after.conditions, kind)
    changed = new is not None and new.status == status and (old is None or old.status != status)
    return new if changed else None


def _without_agent(status: Status) -> set[str]:
    return {gateway.pod_name for gateway in status.discovered_gateways if gateway.sync_status == "MissingSidecar"}


def _handled(this: Pass) -> str:
    """The newest request that was handled: the metadata carries it, or its look-up failed and the condition says so."""
    requested = this.annotation(names.REQUESTED_AT)
    failed = this.looks_up and not this.pending and this.resolve_error is not None
    if requested and (this.requested_at_handed_over == requested or failed):
        return requested
    return this.resource.status.last_handled_requested_at


def _resolution(this: Pass) -> str:
    if not this.looks_up:
        before = this.resource.status.ref_resolution_status
        return before if before in {"Resolved", "Error"} else "NotResolved"
    if this.resolve_error is not None:
        return "Error"
    if this.resolved or (this.pending and _stands(this)):
        return "Resolved"
    return "Resolving" if this.pending else "NotResolved"


def _stands(this: Pass) -> bool:
    """A resolution of another process, of this very ref and spec: that it is looked up again changes nothing, or each new
    leader would write the status of a whole fleet twice.
    """
    before, meta = this.resource.status, this.resource.metadata
    return (before.ref_resolution_status, before.last_sync_ref, before.observed_generation) == (
        "Resolved",
        this.ref,
        meta.generation,
    )


def _fitting(status: Status) -> Status:
    """The status itself must not pass the object limit either: then gateways keep their state, and little more is said."""
    if len(msgspec.json.encode(status)) <= LARGEST:
        return status
    shorter = [
        msgspec.structs.replace(gateway, projects_synced=[], error_message=cut_text(gateway.error_message, SHORT))
        for gateway in status.discovered_gateways
    ]
    return msgspec.structs.replace(status, discovered_gateways=shorter)
