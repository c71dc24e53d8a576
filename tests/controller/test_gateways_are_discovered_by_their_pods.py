"""Which pods are gateways of which resource, and which of them only count for permission."""

from __future__ import annotations

from stoker.api import names
from stoker.kube.cluster import GATEWAYSYNCS, PODS
from tests.controller.house import NS, House


def found(house: House, name: str = "main") -> list[str]:
    return [gateway.pod_name for gateway in house.status(name).discovered_gateways]


async def test_running_pods_that_name_it(resolved: House) -> None:
    await resolved.pod(
        "gw-0", labels={names.APP_NAME_LABEL: "press"}, account="plant", annotations={names.PROFILE: "p"}
    )
    await resolved.pod("gw-1", "other")
    await resolved.pod("gw-2", namespace="elsewhere")
    assert found(resolved) == ["gw-0"]
    gateway = resolved.gateway("gw-0")
    assert (gateway.name, gateway.namespace, gateway.service_account_name) == ("press", NS, "plant")
    assert (gateway.profile, gateway.sync_status) == ("p", "Pending")


async def test_one_that_waits_is_not_listed_but_may_already_read(resolved: House) -> None:
    await resolved.pod("gw-0", phase="Pending", account="plant")
    assert found(resolved) == []
    assert resolved.accounts() == ["plant"]


async def test_it_is_listed_once_it_runs(resolved: House) -> None:
    await resolved.pod("gw-0", phase="Pending")
    await resolved.cluster.patch(PODS, NS, "gw-0", {"status": {"phase": "Running"}}, subresource="status")
    await resolved.settle()
    assert found(resolved) == ["gw-0"]


async def test_one_that_is_gone_leaves(resolved: House) -> None:
    await resolved.pod("gw-0", account="plant")
    await resolved.cluster.delete(PODS, NS, "gw-0")
    await resolved.settle()
    assert found(resolved) == []
    assert resolved.accounts() == ["default"]


async def test_one_that_changes_its_resource_moves_from_one_to_the_other(resolved: House) -> None:
    await resolved.resource("second")
    await resolved.pod("gw-0")
    moved = {"metadata": {"annotations": {names.CR_NAME: "second"}}}
    await resolved.cluster.patch(PODS, NS, "gw-0", moved)
    await resolved.settle()
    assert (found(resolved), found(resolved, "second")) == ([], ["gw-0"])


async def test_one_that_the_webhook_missed_belongs_to_the_only_resource(resolved: House) -> None:
    await resolved.pod("gw-0", cr=None, agent=False)
    assert resolved.gateway("gw-0").sync_status == "MissingSidecar"
    await resolved.resource("second")
    assert (found(resolved), found(resolved, "second")) == ([], [])
    await resolved.cluster.delete(GATEWAYSYNCS, NS, "second")
    await resolved.advance(1)
    assert found(resolved) == ["gw-0"]


async def test_a_neighbour_that_comes_or_goes_is_no_reason_for_a_pass(resolved: House) -> None:
    await resolved.resource("second")
    await resolved.advance(1)
    before = resolved.passes()
    await resolved.resource("third")
    await resolved.cluster.delete(GATEWAYSYNCS, NS, "third")
    await resolved.advance(1)
    assert resolved.passes() == before


async def test_one_without_an_agent_is_missing_its_sidecar_whatever_an_old_report_says(resolved: House) -> None:
    pod = await resolved.pod("gw-0", agent=False)
    await resolved.report(pod)
    gateway = resolved.gateway("gw-0")
    assert (gateway.sync_status, gateway.synced_commit) == ("MissingSidecar", "")


async def test_one_that_never_asked_for_an_agent_is_not(resolved: House) -> None:
    await resolved.pod("gw-0", agent=False, annotations={names.INJECT: "false"})
    assert resolved.gateway("gw-0").sync_status == "Pending"


async def test_service_accounts_are_bound_once_each_and_sorted(resolved: House) -> None:
    for name, account in (("gw-0", "b"), ("gw-1", "a"), ("gw-2", "b"), ("gw-3", "")):
        await resolved.pod(name, account=account)
    assert resolved.accounts() == ["a", "b", "default"]
