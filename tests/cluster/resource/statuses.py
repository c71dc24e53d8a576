"""What a controller writes after a pass that went well, as it writes it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from stoker.api.conditions import Condition
from stoker.api.status import DiscoveredGateway, Status

COMMIT: Final = "0123456789abcdef0123456789abcdef01234567"
MOMENT: Final = "2026-11-25T03:00:00Z"


def condition(kind: str, reason: str, message: str, *, status: Any = "True") -> Condition:
    return Condition(
        type=kind, status=status, reason=reason, message=message, observed_generation=1, last_transition_time=MOMENT
    )


WELL: Final = Status(
    observed_generation=1,
    last_sync_time=MOMENT,
    last_sync_ref="refs/heads/main",
    last_sync_commit=COMMIT,
    last_sync_commit_short=COMMIT[:7],
    ref_resolution_status="Resolved",
    profile_count=2,
    last_handled_requested_at="2026-11-25T03:00:00+01:00",
    conditions=[
        condition("RefResolved", "RefResolved", COMMIT),
        condition("ProfilesValid", "ProfilesValid", "All profiles valid"),
        condition("AllGatewaysSynced", "SyncSucceeded", "3/3 synced"),
        condition("SidecarInjected", "SidecarPresent", "All gateways have stoker-agent sidecar"),
        condition("SSHHostKeyVerification", "HostKeyVerificationEnabled", "SSH host key verification enabled"),
        condition("RefSkew", "NoRefSkew", "no gateway runs another commit", status="False"),
        condition("Ready", "SyncSucceeded", "All gateways synced"),
    ],
    discovered_gateways=[
        DiscoveredGateway(
            name="line-1",
            namespace="plant",
            pod_name="line-1-0",
            service_account_name="default",
            profile="default",
            sync_status="Synced",
            last_sync_time=MOMENT,
            last_sync_duration="1.2s",
            synced_commit=COMMIT,
            synced_ref="refs/heads/main",
            agent_version="1.0.0",
            last_scan_result="projects=200 config=200",
            files_changed=12,
            projects_synced=["Overview"],
            error_message="",
        )
    ],
)


def as_patch(status: Status) -> dict[str, Any]:
    """The merge patch of the status subresource."""
    return {"status": msgspec.to_builtins(status)}
