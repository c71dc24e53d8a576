"""Every series of the contract by name, labels and buckets; those of gateways and resources that are gone vanish."""

from __future__ import annotations

from typing import Any

import pytest

from stoker.controller.metrics import ControllerMetrics
from stoker.errors import GitUnreachable
from stoker.kube.cluster import PODS
from stoker.observe.metrics import new_registry, render
from tests.controller.house import NS, URL, A, B, House

OWNER = ("name", "namespace")
SERIES = {
    "reconcile_duration_seconds": ("histogram", OWNER),
    "reconcile": ("counter", (*OWNER, "result")),
    "ref_resolve_duration_seconds": ("histogram", OWNER),
    "gateways_discovered": ("gauge", OWNER),
    "gateways_synced": ("gauge", OWNER),
    "cr_ready": ("gauge", OWNER),
    "cr_info": ("gauge", (*OWNER, "git_repo", "git_ref", "auth_type", "polling_interval")),
    "cr_paused": ("gauge", OWNER),
    "condition_status": ("gauge", (*OWNER, "type")),
    "gateway_sync_status": ("gauge", (*OWNER, "gateway")),
    "gateway_last_sync_timestamp_seconds": ("gauge", (*OWNER, "gateway")),
    "gateways_missing_sidecar": ("gauge", OWNER),
    "github_app_token_expiry_timestamp_seconds": ("gauge", ("app_id", "installation_id")),
}


def test_names_kinds_labels_and_buckets_are_the_contracts() -> None:
    registry = new_registry()
    ControllerMetrics(registry)
    every: list[Any] = list(registry._collector_to_names)
    made = {one._name.removeprefix("stoker_controller_"): one for one in every}
    assert {name: (one._type, one._labelnames) for name, one in made.items()} == SERIES
    bounds = made["ref_resolve_duration_seconds"]._kwargs["buckets"]
    assert bounds == (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


async def test_a_resource_with_a_gateway_shows_every_one_but_an_apps(resolved: House) -> None:
    await resolved.report(await resolved.pod("gw-0"), lastSyncTime="2026-01-01T00:00:05Z")
    shown = {family.name for family in resolved.registry.collect() if family.samples}
    assert {name.removeprefix("stoker_controller_") for name in shown} == SERIES.keys() - {
        "github_app_token_expiry_timestamp_seconds"
    }


@pytest.mark.parametrize(("said", "value"), [("Pending", 0), ("Synced", 1), ("Error", 2)])
async def test_a_gateways_state_is_a_number(resolved: House, said: str, value: int) -> None:
    await resolved.report(await resolved.pod("gw-0"), syncStatus=said, lastSyncTime="1970-01-01T00:01:40Z")
    assert resolved.value("gateway_sync_status", gateway="gw-0") == value
    assert resolved.value("gateway_last_sync_timestamp_seconds", gateway="gw-0") == 100


async def test_one_without_an_agent_is_three_and_counted(resolved: House) -> None:
    await resolved.pod("gw-0", agent=False)
    assert resolved.value("gateway_sync_status", gateway="gw-0") == 3
    assert resolved.value("gateways_missing_sidecar") == 1


async def test_gateways_are_counted(resolved: House) -> None:
    await resolved.report(await resolved.pod("gw-0"))
    await resolved.report(await resolved.pod("gw-1"), syncedCommit=B)
    assert (resolved.value("gateways_discovered"), resolved.value("gateways_synced")) == (2, 1)
    assert (resolved.value("cr_ready"), resolved.value("cr_paused")) == (0, 0)
    assert resolved.value("condition_status", type="RefResolved") == 1
    assert resolved.value("condition_status", type="AllGatewaysSynced") == 0
    assert resolved.value("condition_status", type="RefSkew") == 1


async def test_a_resource_that_is_ready_shows(resolved: House) -> None:
    await resolved.report(await resolved.pod("gw-0"))
    assert (resolved.value("cr_ready"), resolved.value("condition_status", type="Ready")) == (1, 1)


async def test_a_pause_shows(resolved: House) -> None:
    await resolved.edit(paused=True)
    assert resolved.value("cr_paused") == 1


async def test_the_info_follows_the_spec(resolved: House) -> None:
    labels = {"git_repo": URL, "git_ref": "main", "auth_type": "none", "polling_interval": "60s"}
    assert resolved.value("cr_info", **labels) == 1
    await resolved.edit(git__ref="v2", polling__interval="5m")
    assert resolved.value("cr_info", **labels) is None
    assert resolved.value("cr_info", **labels | {"git_ref": "v2", "polling_interval": "5m"}) == 1
    await resolved.secret("git", token="hunter22hunter22")
    await resolved.edit(git__auth={"token": {"secretRef": {"name": "git", "key": "token"}}}, polling__enabled=False)
    assert resolved.value("cr_info", **labels | {"git_ref": "v2", "polling_interval": "off", "auth_type": "token"}) == 1


async def test_it_never_carries_credentials(house: House) -> None:
    await house.resource(git__repo="https://bob:hunter22hunter22@git.example/plant.git")
    assert "hunter22" not in render(house.registry)[0].decode()


async def test_replicas_that_share_a_name_show_the_worst_and_the_oldest(resolved: House) -> None:
    labels = {"app.kubernetes.io/name": "ignition"}
    first, second = await resolved.pod("gw-0", labels=labels), await resolved.pod("gw-1", labels=labels)
    await resolved.report(first, syncStatus="Error", lastSyncTime="1970-01-01T00:00:50Z")
    await resolved.report(second, lastSyncTime="1970-01-01T00:01:40Z")
    assert resolved.value("gateway_sync_status", gateway="ignition") == 2
    assert resolved.value("gateway_last_sync_timestamp_seconds", gateway="ignition") == 50


async def test_series_of_a_gateway_that_left_vanish(resolved: House) -> None:
    await resolved.report(await resolved.pod("gw-0"), lastSyncTime="2026-01-01T00:00:05Z")
    await resolved.cluster.delete(PODS, NS, "gw-0")
    await resolved.settle()
    assert 'gateway="gw-0"' not in render(resolved.registry)[0].decode()
    assert resolved.value("condition_status", type="SidecarInjected") is None


async def test_passes_are_counted_by_result(house: House) -> None:
    await house.resource()
    assert house.value("reconcile_total", result="requeue") == 1
    assert (house.value("reconcile_total", result="success") or 0) >= 1
    assert house.value("reconcile_total", result="error") is None
    house.refs.errors[URL] = GitUnreachable("down")
    await house.advance(60)
    assert (house.value("reconcile_total", result="error") or 0) >= 1
    assert (house.value("reconcile_duration_seconds_count") or 0) >= 3


async def test_look_ups_are_timed_once_by_whom_they_kept_waiting(house: House) -> None:
    house.refs.takes = 3
    await house.resource()
    await house.pod("gw-0")
    await house.advance(4)
    assert house.value("ref_resolve_duration_seconds_count") == 1
    assert house.value("ref_resolve_duration_seconds_sum") == 3
    assert house.status().last_sync_commit == A


async def test_a_listing_that_was_there_already_took_no_time(house: House) -> None:
    house.refs.takes = 3
    await house.resource()
    await house.advance(30)
    await house.resource("other")
    await house.advance(31)
    assert [asked.wanted for asked in house.refs.asked] == [("main",), ("main",)], "the second serves both"
    assert house.value("ref_resolve_duration_seconds_count") == 1


async def test_whoever_leads_no_more_tells_nothing(resolved: House) -> None:
    await resolved.report(await resolved.pod("gw-0"))
    resolved.metrics.show_token_expiry("12", "34", 100.0)
    resolved.metrics.clear()
    assert 'app_id="12"' not in render(resolved.registry)[0].decode()
    assert 'name="main"' not in render(resolved.registry)[0].decode()
