"""The finalizer, and what a resource created anew under the same name does not inherit."""

from __future__ import annotations

import pytest

from stoker.api import names
from stoker.controller.owned import frame
from stoker.controller.steps.finalizer import finalize
from stoker.errors import Conflict
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS, PODS, ROLEBINDINGS, SECRETS
from stoker.observe.metrics import render
from tests.controller.house import NS, URL, B, House


async def delete(house: House) -> None:
    await house.cluster.delete(GATEWAYSYNCS, NS, "main")
    await house.settle()


async def test_it_has_the_finalizer_beside_those_of_others(house: House) -> None:
    await house.resource()
    assert house.seen().metadata.finalizers == [names.FINALIZER]
    await house.cluster.patch(GATEWAYSYNCS, NS, "main", {"metadata": {"finalizers": ["x/other"]}})
    await house.pod("gw-0")
    assert house.seen().metadata.finalizers == ["x/other", names.FINALIZER]


async def test_a_finalizer_that_another_set_meanwhile_is_not_lost(resolved: House) -> None:
    read = resolved.seen()
    theirs = {"metadata": {"finalizers": [names.FINALIZER, "x/other"]}}
    await resolved.cluster.patch(GATEWAYSYNCS, NS, "main", theirs)
    with pytest.raises(Conflict):
        await finalize(read, resolved.cluster)
    assert "x/other" in resolved.seen().metadata.finalizers


async def test_maps_token_and_binding_go_and_it_is_gone(resolved: House) -> None:
    secret = {"metadata": frame(resolved.seen(), "stoker-github-token-main"), "data": {"token": "dA=="}}
    await resolved.cluster.create(SECRETS, NS, secret)
    await delete(resolved)
    assert resolved.cluster.peek(GATEWAYSYNCS, NS, "main") is None
    assert resolved.cluster.snapshot(CONFIGMAPS, ROLEBINDINGS) == []
    assert resolved.cluster.peek(SECRETS, NS, "stoker-github-token-main") is None
    assert resolved.cluster.peek(SECRETS, NS, "api-key") is not None


async def test_what_only_bears_the_token_s_name_is_not_ours(resolved: House) -> None:
    await resolved.secret("stoker-github-token-main", token="t")
    await delete(resolved)
    assert resolved.cluster.peek(SECRETS, NS, "stoker-github-token-main") is not None


async def test_its_series_vanish_and_others_stay(resolved: House) -> None:
    await resolved.resource("second")
    await resolved.report(await resolved.pod("gw-0"))
    await delete(resolved)
    text = render(resolved.registry)[0].decode()
    assert 'name="main"' not in text
    assert 'name="second"' in text


async def test_it_is_looked_up_no_more(resolved: House) -> None:
    before = len(resolved.refs.asked)
    await delete(resolved)
    await resolved.advance(3600)
    assert len(resolved.refs.asked) == before


async def test_one_that_breaks_a_newer_rule_can_still_go(house: House) -> None:
    await house.resource(git=None, sync=None)
    await delete(house)
    assert house.cluster.peek(GATEWAYSYNCS, NS, "main") is None


async def test_created_anew_it_has_no_past(resolved: House) -> None:
    await resolved.pod("gw-0")
    await resolved.annotate({names.REQUESTED_AT: "r1"})
    await delete(resolved)
    resolved.refs.push(URL, B)
    again = await resolved.resource()
    assert resolved.status().last_sync_commit == B
    assert resolved.status().last_handled_requested_at == ""
    assert resolved.metadata()["requestedAt"] == ""
    owners = [item["metadata"]["ownerReferences"] for item in resolved.cluster.snapshot(CONFIGMAPS)]
    assert {reference["uid"] for references in owners for reference in references} == {again.metadata.uid}
    assert resolved.gateway("gw-0").sync_status == "Pending"


async def test_pods_are_watched_only_while_a_resource_needs_them(resolved: House) -> None:
    await delete(resolved)
    lists = resolved.cluster.lists
    await resolved.cluster.create(PODS, NS, {"metadata": {"name": "x"}})
    await resolved.advance(3600)
    assert resolved.cluster.lists == lists
