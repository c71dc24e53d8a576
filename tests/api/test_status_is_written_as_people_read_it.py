"""The status as JSON: the contract's camelCase names, empties left out, and a stored one read whatever release wrote it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from stoker.api.conditions import Condition
from stoker.api.objects import GatewaySync
from stoker.api.status import DiscoveredGateway, Status

GATEWAY = DiscoveredGateway(
    name="north",
    namespace="here",
    pod_name="gw-0",
    service_account_name="default",
    profile="default",
    sync_status="Synced",
    last_sync_time="2026-01-02T03:04:05Z",
    last_sync_duration="1.2s",
    synced_commit="a" * 40,
    synced_ref="main",
    agent_version="0.1.0",
    last_scan_result="projects=200 config=200",
    files_changed=3,
    projects_synced=["p"],
    error_message="none",
)
FULL = Status(
    observed_generation=2,
    last_sync_time="2026-01-02T03:04:05Z",
    last_sync_ref="main",
    last_sync_commit="a" * 40,
    last_sync_commit_short="a" * 7,
    ref_resolution_status="Resolved",
    profile_count=1,
    last_handled_requested_at="now",
    conditions=[Condition(type="Ready", status="True", reason="SyncSucceeded")],
    discovered_gateways=[GATEWAY],
)


def test_the_fields_are_the_contract_s() -> None:
    written = msgspec.to_builtins(FULL)
    assert " ".join(written) == (
        "observedGeneration lastSyncTime lastSyncRef lastSyncCommit lastSyncCommitShort refResolutionStatus"
        " profileCount lastHandledRequestedAt conditions discoveredGateways"
    )
    assert " ".join(written["discoveredGateways"][0]) == (
        "name namespace podName serviceAccountName profile syncStatus lastSyncTime lastSyncDuration syncedCommit"
        " syncedRef agentVersion lastScanResult filesChanged projectsSynced errorMessage"
    )


def test_empties_are_left_out_but_never_the_state_of_a_gateway() -> None:
    assert msgspec.to_builtins(Status()) == {}
    assert msgspec.to_builtins(DiscoveredGateway(name="north")) == {"name": "north", "syncStatus": "Pending"}


def test_a_status_reads_back() -> None:
    assert msgspec.convert(msgspec.to_builtins(FULL), Status) == FULL


@pytest.mark.parametrize(
    "status",
    [
        {"newer": {"x": 1}},
        {"refResolutionStatus": "SomethingNewer"},
        {"discoveredGateways": [{"name": "n", "syncStatus": "SomethingNewer", "newer": 1}]},
        {},
    ],
    ids=str,
)
def test_a_status_of_another_release_does_not_hide_the_resource(status: dict[str, Any]) -> None:
    document = {"metadata": {"name": "plant", "newer": 1}, "spec": {"any": "thing"}, "status": status}
    assert msgspec.convert(document, GatewaySync).metadata.name == "plant"


@pytest.mark.parametrize("spec", [None, "text", [], 5, {"git": 7}], ids=repr)
def test_a_nonsensical_spec_does_not_hide_the_resource(spec: Any) -> None:
    document = {"metadata": {"name": "plant"}, "spec": spec}
    assert msgspec.convert(document, GatewaySync).spec == spec
