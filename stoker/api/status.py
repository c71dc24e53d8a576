"""The status of a GatewaySync, as the controller writes it and people read it."""

from __future__ import annotations

from typing import Literal

import msgspec

from stoker.api.conditions import Condition

SyncState = Literal["Pending", "Synced", "Error", "MissingSidecar"]
ResolutionState = Literal["NotResolved", "Resolving", "Resolved", "Error"]


class DiscoveredGateway(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One gateway, from its pod and its agent's last report. Times are RFC 3339, durations Go style."""

    name: str
    namespace: str = ""
    pod_name: str = ""
    service_account_name: str = ""
    profile: str = ""
    sync_status: str = "Pending"
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
    ref_resolution_status: str = ""
    profile_count: int = 0
    last_handled_requested_at: str = ""
    conditions: list[Condition] = []
    discovered_gateways: list[DiscoveredGateway] = []
