"""Whatever the store refuses, the rest of the pass goes on, and what failed is tried again by the backoff."""

from __future__ import annotations

import pytest

from stoker.errors import ClusterUnreachable
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS
from tests.controller.house import NS, A, House


@pytest.mark.parametrize(
    ("verb", "plural", "name"),
    [
        ("patch", "gatewaysyncs", None),  # the finalizer, the first write of all
        ("get", "secrets", "api-key"),
        ("create", "configmaps", "stoker-status-main"),
        ("create", "rolebindings", None),
    ],
)
async def test_agents_still_get_their_order(house: House, verb: str, plural: str, name: str | None) -> None:
    house.cluster.refuse(verb, plural, name=name, times=2)
    await house.resource()
    assert house.metadata()["commit"] == A


async def test_without_the_metadata_there_are_still_gateways_permission_and_status(house: House) -> None:
    house.cluster.refuse("create", "configmaps", name="stoker-metadata-main", times=99)
    await house.pod("gw-0", account="plant")
    await house.resource()
    assert house.gateway("gw-0").sync_status == "Pending"
    assert house.accounts() == ["plant"]
    assert house.status().last_sync_commit == A
    assert house.words("Ready") == ("False", "Reconciling", "refused by the test")


async def test_it_is_tried_again_by_the_backoff_with_polling_off(house: House) -> None:
    house.cluster.refuse("create", "configmaps", name="stoker-metadata-main", times=99)
    await house.resource(polling__enabled=False)
    await house.advance(4)  # a first refusal is doubted
    attempts = len(house.cluster.refused)
    await house.advance(28)
    assert len(house.cluster.refused) == attempts
    await house.advance(2)
    assert len(house.cluster.refused) == attempts + 1
    await house.advance(61)
    assert len(house.cluster.refused) == attempts + 2
    house.cluster.refusals.clear()
    await house.advance(121)
    assert house.metadata()["commit"] == A


async def test_a_failed_list_of_pods_changes_nothing(house: House) -> None:
    await house.resource()
    await house.report(await house.pod("gw-0", account="plant"))
    before = house.status()
    restarted = House(house.cluster, house.refs)
    house.cluster.refuse("list", "pods", times=10_000)
    await restarted.start(house.nursery)
    await restarted.advance(300)
    assert restarted.status().discovered_gateways == before.discovered_gateways
    assert restarted.accounts() == ["plant"]
    assert set(restarted.data("stoker-status-main") or {}) == {"gw-0"}


async def test_a_failed_read_of_reports_changes_nothing(resolved: House) -> None:
    await resolved.report(await resolved.pod("gw-0"))
    before = resolved.words("AllGatewaysSynced"), resolved.words("Ready")
    restarted = House(resolved.cluster, resolved.refs)
    restarted.cluster.refuse("list", "configmaps", times=10_000)
    restarted.cluster.refuse("get", "configmaps", name="stoker-status-main", times=10_000)
    await restarted.start(resolved.nursery)
    await restarted.advance(60)
    assert "get configmaps stoker-status-main" in restarted.cluster.refused
    assert (restarted.words("AllGatewaysSynced"), restarted.words("Ready")) == before


async def test_a_passing_failure_of_the_store_is_not_said_by_ready(resolved: House) -> None:
    await resolved.report(await resolved.pod("gw-0"))
    resolved.cluster.refuse("get", "secrets", name="api-key", times=1, error=ClusterUnreachable("no answer"))
    await resolved.edit(gateway__port=8043)
    assert resolved.cluster.refused
    assert resolved.words("Ready")[0] == "True"


async def test_a_resource_that_trips_over_a_fault_of_ours_stops_no_other(house: House) -> None:
    house.cluster.refuse("patch", "gatewaysyncs", name="main", times=99, error=RuntimeError("a fault"))
    await house.resource()
    await house.resource("second")
    assert house.status("second").last_sync_commit == A
    assert house.cluster.peek(GATEWAYSYNCS, NS, "main") is not None
    house.cluster.refusals.clear()
    await house.advance(30)
    assert house.status().last_sync_commit == A
    assert house.cluster.peek(CONFIGMAPS, NS, "stoker-metadata-main") is not None
