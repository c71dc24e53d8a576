"""The status of a GatewaySync, as the controller writes it and people read it."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from stoker.api.conditions import Condition

SYNC_STATES: Final = ("Pending", "Synced", "Error", "MissingSidecar")
RESOLUTION_STATES: Final = ("NotResolved", "Resolving", "Resolved", "Error")

# Texts, not literals: the API server holds what is written to the schema, but one word of another release in a stored
# status must not make the whole list of resources unreadable.
SyncState = Annotated[str, Meta(extra_json_schema={"enum": list(SYNC_STATES)})]
ResolutionState = Annotated[str, Meta(extra_json_schema={"enum": list(RESOLUTION_STATES)})]


class DiscoveredGateway(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One gateway, from its pod and its agent's last report. Times are RFC 3339, durations Go style."""

    name: str
    namespace: str = ""
    pod_name: str = ""
    service_account_name: str = ""
    profile: str = ""
    sync_status: SyncState = msgspec.field(
        name="syncStatus", default_factory=lambda: "Pending"
    )  # so it is never left out
    last_sync_time: str = ""
    last_sync_duration: str = ""
    synced_commit: str = ""
    synced_ref: str = ""
    agent_version: str = ""
    last_scan_result: str = ""
    files_changed: int = 0
    projects_synced: list[str] = []
    error_message: str = ""


class Status(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """``lastSyncTime`` moves only when the resolved commit changes; ``lastSyncRef`` is the ref as written."""

    observed_generation: int = 0
    last_sync_time: str = ""
    last_sync_ref: str = ""
    last_sync_commit: str = ""
    last_sync_commit_short: str = ""
    ref_resolution_status: ResolutionState = ""
    profile_count: int = 0
    last_handled_requested_at: str = ""
    conditions: list[Condition] = []
    discovered_gateways: list[DiscoveredGateway] = []
