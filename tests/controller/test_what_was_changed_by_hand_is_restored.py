"""Owned objects: their names, labels and owner, and their return when somebody deletes or edits them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stoker.api import names
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS, ROLEBINDINGS
from tests.controller.house import NS, A, House

if TYPE_CHECKING:
    import trio
    import trio.testing

LOST: tuple[dict[str, Any], ...] = ({"labels": {names.CR_NAME: None}}, {"ownerReferences": []})
MAPS = ("stoker-metadata-main", "stoker-status-main", "stoker-changes-main")


@pytest.fixture
async def unpolled(house: House) -> House:
    """Resolved, and nothing but a change wakes it."""
    await house.resource(polling__enabled=False)
    return house


def frame(house: House, kind: Any, name: str) -> tuple[dict[str, str], list[str]]:
    found = house.cluster.peek(kind, NS, name)
    assert found is not None
    return found.metadata.labels, [reference.uid for reference in found.metadata.owner_references]


@pytest.mark.parametrize("name", MAPS)
async def test_maps_say_whose_they_are(unpolled: House, name: str) -> None:
    labels = {names.MANAGED_BY_LABEL: "stoker-controller", "stoker.io/cr-name": "main"}
    assert frame(unpolled, CONFIGMAPS, name) == (labels, [unpolled.seen().metadata.uid])


async def test_so_does_the_binding(unpolled: House) -> None:
    labels = {
        names.MANAGED_BY_LABEL: "stoker-operator",
        "stoker.io/gatewaysync": "main",
        "stoker.io/cr-name": "main",
    }
    assert frame(unpolled, ROLEBINDINGS, "stoker-agent-main") == (labels, [unpolled.seen().metadata.uid])


@pytest.mark.parametrize("name", MAPS)
async def test_a_deleted_map_comes_back(unpolled: House, name: str) -> None:
    await unpolled.cluster.delete(CONFIGMAPS, NS, name)
    await unpolled.settle()
    assert unpolled.data(name) is not None
    assert unpolled.metadata()["commit"] == A


@pytest.mark.parametrize("edit", [{"commit": "x"}, {"commit": None}, {"stranger": "x"}, {"profiles": "{broken"}])
async def test_an_edited_metadata_map_is_put_right(unpolled: House, edit: dict[str, str | None]) -> None:
    before = unpolled.metadata()
    await unpolled.cluster.patch(CONFIGMAPS, NS, MAPS[0], {"data": edit})
    await unpolled.settle()
    assert unpolled.metadata() == before


@pytest.mark.parametrize("name", MAPS)
async def test_a_map_that_lost_label_and_owner_gets_them_back(unpolled: House, name: str) -> None:
    before = frame(unpolled, CONFIGMAPS, name)
    for bare in LOST:
        await unpolled.cluster.patch(CONFIGMAPS, NS, name, {"metadata": bare})
        await unpolled.settle()
    assert frame(unpolled, CONFIGMAPS, name) == before


async def test_a_finalizer_that_was_taken_away_comes_back(unpolled: House) -> None:
    await unpolled.cluster.patch(GATEWAYSYNCS, NS, "main", {"metadata": {"finalizers": []}})
    await unpolled.settle()
    assert unpolled.seen().metadata.finalizers == [names.FINALIZER]


async def test_a_deleted_binding_comes_back(unpolled: House) -> None:
    await unpolled.pod("gw-0", account="plant")
    await unpolled.cluster.delete(ROLEBINDINGS, NS, "stoker-agent-main")
    await unpolled.settle()
    assert unpolled.accounts() == ["plant"]


async def test_a_binding_that_lost_label_and_owner_gets_them_back(unpolled: House) -> None:
    before = frame(unpolled, ROLEBINDINGS, "stoker-agent-main")
    for bare in ({"labels": {names.ROLEBINDING_LABEL: None}}, *LOST):
        await unpolled.cluster.patch(ROLEBINDINGS, NS, "stoker-agent-main", {"metadata": bare})
        await unpolled.settle()
    assert frame(unpolled, ROLEBINDINGS, "stoker-agent-main") == before


async def test_other_owners_stay_and_a_predecessor_of_the_name_goes(unpolled: House) -> None:
    other = {"apiVersion": "v1", "kind": "ConfigMap", "name": "main", "uid": "other"}
    predecessor = {"apiVersion": names.API_VERSION, "kind": names.KIND, "name": "main", "uid": "long-gone"}
    owners = {"metadata": {"ownerReferences": [other, predecessor]}}
    await unpolled.cluster.patch(CONFIGMAPS, NS, MAPS[0], owners)
    await unpolled.edit(gateway__port=8043)
    assert frame(unpolled, CONFIGMAPS, MAPS[0])[1] == ["other", unpolled.seen().metadata.uid]


async def test_edited_subjects_are_put_right(unpolled: House) -> None:
    stranger = {"subjects": [{"kind": "ServiceAccount", "name": "stranger", "namespace": NS}]}
    await unpolled.cluster.patch(ROLEBINDINGS, NS, "stoker-agent-main", stranger)
    await unpolled.settle()
    assert unpolled.accounts() == ["default"]


ANOTHERS = {
    "metadata": {"name": "stoker-agent-main"},
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "admin"},
}


async def test_a_binding_to_another_role_is_made_anew(house: House) -> None:
    await house.cluster.create(ROLEBINDINGS, NS, ANOTHERS)
    await house.resource()
    found = house.cluster.peek(ROLEBINDINGS, NS, "stoker-agent-main")
    assert found is not None
    assert (found.role_ref.kind, found.role_ref.name) == ("ClusterRole", "stoker-agent")


@pytest.fixture
async def unbinding(nursery: trio.Nursery, autojump_clock: trio.testing.MockClock) -> House:
    """A controller that keeps no RoleBindings."""
    built = House.built()
    built.auto_bind = False
    await built.start(nursery)
    return built


async def test_without_auto_bind_there_is_none(unbinding: House) -> None:
    await unbinding.resource()
    assert unbinding.cluster.snapshot(ROLEBINDINGS) == []
    assert unbinding.metadata()["commit"] == A


async def test_and_somebody_else_s_of_that_name_outlives_the_resource(unbinding: House) -> None:
    await unbinding.cluster.create(ROLEBINDINGS, NS, ANOTHERS)
    await unbinding.resource()
    await unbinding.cluster.delete(GATEWAYSYNCS, NS, "main")
    await unbinding.settle()
    assert unbinding.cluster.peek(GATEWAYSYNCS, NS, "main") is None
    found = unbinding.cluster.peek(ROLEBINDINGS, NS, "stoker-agent-main")
    assert found is not None
    assert found.role_ref.name == "admin"
