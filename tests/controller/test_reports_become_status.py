"""A report counts for the pod that wrote it; what is odd in it keeps no other from being shown."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from stoker.api import names
from stoker.api.times import rfc3339
from stoker.kube.cluster import CONFIGMAPS
from tests.controller.house import NS, A, B, House, now

MAP = "stoker-status-main"


async def test_every_field_is_shown(resolved: House) -> None:
    pod = await resolved.pod("gw-0")
    said: dict[str, Any] = {
        "syncedRef": "main",
        "lastSyncTime": "2026-01-01T00:00:05Z",
        "lastSyncDuration": "1.2s",
        "agentVersion": "0.1.0",
        "lastScanResult": "projects=200 config=200",
        "filesChanged": 3,
        "projectsSynced": ["a", "b"],
        "errorMessage": "odd",
    }
    await resolved.report(pod, **said)
    shown = resolved.gateway("gw-0")
    assert (shown.sync_status, shown.synced_commit, shown.synced_ref) == ("Synced", A, "main")
    assert (shown.last_sync_time, shown.last_sync_duration) == ("2026-01-01T00:00:05Z", "1.2s")
    assert (shown.agent_version, shown.last_scan_result) == ("0.1.0", "projects=200 config=200")
    assert (shown.files_changed, shown.projects_synced, shown.error_message) == (3, ["a", "b"], "odd")


async def test_another_pods_report_of_the_same_name_is_ignored(resolved: House) -> None:
    pod = await resolved.pod("gw-0")
    await resolved.report(pod, podUID="the-one-before")
    assert resolved.gateway("gw-0").sync_status == "Pending"


@pytest.mark.parametrize(("age", "counts"), [(59, True), (61, False)])
async def test_without_a_uid_its_time_tells(resolved: House, age: int, counts: bool) -> None:
    await resolved.advance(100)
    pod = await resolved.pod("gw-0")
    await resolved.report(pod, podUID="", lastSyncTime=rfc3339(now() - timedelta(seconds=age)))
    assert resolved.gateway("gw-0").sync_status == ("Synced" if counts else "Pending")


async def test_a_report_under_the_gateways_name_is_read(resolved: House) -> None:
    pod = await resolved.pod("gw-0", annotations={names.GATEWAY_NAME: "press"})
    await resolved.report(pod, key="press", podUID="")
    assert resolved.gateway("gw-0").sync_status == "Synced"
    assert "press" in (resolved.data(MAP) or {})


async def test_replicas_that_share_a_gateway_name_have_each_their_own(resolved: House) -> None:
    labels = {names.APP_NAME_LABEL: "ignition"}
    first, second = await resolved.pod("gw-0", labels=labels), await resolved.pod("gw-1", labels=labels)
    await resolved.report(first)
    await resolved.report(second, syncStatus="Error", errorMessage="disk full")
    assert [resolved.gateway(pod).sync_status for pod in ("gw-0", "gw-1")] == ["Synced", "Error"]
    assert resolved.words("AllGatewaysSynced")[2] == "1/2 synced"


async def test_whole_maps_and_nulls_of_older_agents_are_tolerated(resolved: House) -> None:
    await resolved.pod("gw-0")
    nulls = {"projectsSynced": None, "errorMessage": None, "filesChanged": None}
    text = json.dumps({"syncStatus": "Synced", "syncedCommit": B, **nulls})
    await resolved.cluster.patch(CONFIGMAPS, NS, MAP, {"data": {"gw-0": text}})
    await resolved.settle()
    assert resolved.gateway("gw-0").synced_commit == B


@pytest.mark.parametrize("garbage", ["", "[]", "{", '{"syncStatus": 3}', '"x"'])
async def test_garbage_is_no_report_and_hides_no_other(resolved: House, garbage: str) -> None:
    await resolved.pod("gw-0")
    other = await resolved.pod("gw-1")
    await resolved.cluster.patch(CONFIGMAPS, NS, MAP, {"data": {"gw-0": garbage}})
    await resolved.report(other)
    assert resolved.gateway("gw-0").sync_status == "Pending"
    assert resolved.gateway("gw-1").sync_status == "Synced"


async def test_what_the_schema_would_refuse_is_brought_into_shape(resolved: House) -> None:
    said = {"lastSyncTime": "yesterday", "errorMessage": "x" * 5000, "agentVersion": "v" * 5000}
    await resolved.report(await resolved.pod("gw-0"), **said)
    shown = resolved.gateway("gw-0")
    assert (shown.sync_status, shown.last_sync_time, len(shown.agent_version)) == ("Synced", "", 253)
    assert len(shown.error_message.encode()) <= 1024


async def test_a_state_that_nobody_knows_is_no_report(resolved: House) -> None:
    await resolved.report(await resolved.pod("gw-0"), syncStatus="Exploded", filesChanged=3)
    assert (resolved.gateway("gw-0").sync_status, resolved.gateway("gw-0").files_changed) == ("Pending", 0)


async def test_an_agent_cannot_say_that_there_is_none(resolved: House) -> None:
    await resolved.report(await resolved.pod("gw-0"), syncStatus="MissingSidecar")
    assert resolved.gateway("gw-0").sync_status == "Pending"


@pytest.mark.parametrize(("said", "shown"), [(2**70, 2**53 - 1), (-1, 0), (7, 7)])
async def test_a_number_that_no_server_takes_is_bounded(resolved: House, said: int, shown: int) -> None:
    await resolved.report(await resolved.pod("gw-0"), filesChanged=said)
    assert resolved.gateway("gw-0").files_changed == shown


async def test_names_as_long_as_a_book_are_cut(resolved: House) -> None:
    long = {names.GATEWAY_NAME: "n" * 9999, names.PROFILE: "p" * 9999}
    await resolved.report(await resolved.pod("gw-0", annotations=long))
    shown = resolved.gateway("gw-0")
    assert (shown.sync_status, len(shown.name.encode()), len(shown.profile.encode())) == ("Synced", 253, 253)
