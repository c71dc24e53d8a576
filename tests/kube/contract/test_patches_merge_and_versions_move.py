"""Merge patches: what they change and keep, when they are refused, and that nothing changed means nothing written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stoker.errors import Conflict, ObjectRejected
from stoker.kube.cluster import CONFIGMAP_HEADS, CONFIGMAPS, GATEWAYSYNCS, ROLEBINDINGS

if TYPE_CHECKING:
    from tests.kube.contract.conftest import Store


async def test_a_patch_merges_maps_and_null_removes(store: Store) -> None:
    await store.configmap("a", {"keep": "1", "change": "1", "drop": "1"}, labels={"x": "1"})
    after = await store.patch("a", {"data": {"change": "2", "drop": None, "new": "2"}})
    assert after.data == {"keep": "1", "change": "2", "new": "2"}
    assert after.metadata.labels == {"x": "1"}
    assert await store.cluster.get(CONFIGMAPS, store.namespace, "a") == after


async def test_the_answer_may_be_the_metadata_alone(store: Store) -> None:
    await store.configmap("a", {"keep": "1"}, labels={"x": "1"})
    head = await store.cluster.patch(CONFIGMAP_HEADS, store.namespace, "a", {"data": {"new": "2"}})
    after = await store.cluster.get(CONFIGMAPS, store.namespace, "a")
    assert after.data == {"keep": "1", "new": "2"}
    assert head.metadata == after.metadata
    assert not hasattr(head, "data")


async def test_a_patch_replaces_lists_whole(store: Store) -> None:
    await store.resource(finalizers=["x.io/a", "x.io/b"])
    after = await store.cluster.patch(GATEWAYSYNCS, store.namespace, "plant", {"metadata": {"finalizers": ["x.io/c"]}})
    assert after.metadata.finalizers == ["x.io/c"]


async def test_a_patch_goes_deep(store: Store) -> None:
    await store.resource()
    after = await store.cluster.patch(GATEWAYSYNCS, store.namespace, "plant", {"spec": {"git": {"ref": "v2"}}})
    assert after.spec["git"]["ref"] == "v2"
    assert after.spec["git"]["repo"] == "https://git.example/plant.git"
    assert "profiles" in after.spec["sync"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": {"k": "v"}},
        {"data": {"absent": None}},
        {"metadata": {"labels": {"absent": None}}},
        {"metadata": {"annotations": {}}},
        {"metadata": {"annotations": None, "finalizers": []}},
    ],
    ids=str,
)
async def test_a_patch_that_changes_nothing_writes_nothing(store: Store, body: dict[str, Any]) -> None:
    before = await store.configmap("a", {"k": "v"})
    async with store.watching(CONFIGMAPS) as events:
        after = await store.patch("a", body)
        await store.configmap("b")
        assert await events.seen(1) == [("ADDED", "b")]
    assert after == before


async def test_taking_the_only_key_twice_writes_once(store: Store) -> None:
    await store.configmap("a", {"k": "v"})
    once = await store.patch("a", {"data": {"k": None}})
    twice = await store.patch("a", {"data": {"k": None}})
    assert once.data == {}
    assert twice == once


async def test_every_change_moves_the_version_and_nothing_of_the_identity(store: Store) -> None:
    versions = [(await store.configmap("a")).metadata]
    versions += [(await store.patch("a", {"data": {"k": str(count)}})).metadata for count in range(3)]
    assert len({meta.resource_version for meta in versions}) == 4
    assert len({(meta.uid, meta.creation_timestamp, meta.name) for meta in versions}) == 1


async def test_the_present_version_as_a_precondition_is_met(store: Store) -> None:
    before = await store.configmap("a")
    patch = {"metadata": {"resourceVersion": before.metadata.resource_version}, "data": {"k": "v"}}
    assert (await store.patch("a", patch)).data == {"k": "v"}


async def test_an_older_version_as_a_precondition_is_a_conflict_and_changes_nothing(store: Store) -> None:
    before = await store.configmap("a")
    between = await store.patch("a", {"data": {"k": "theirs"}})
    with pytest.raises(Conflict):
        await store.patch(
            "a", {"metadata": {"resourceVersion": before.metadata.resource_version}, "data": {"k": "ours"}}
        )
    assert await store.cluster.get(CONFIGMAPS, store.namespace, "a") == between


async def test_the_precondition_holds_for_the_status_too(store: Store) -> None:
    before = await store.resource()
    await store.cluster.patch(GATEWAYSYNCS, store.namespace, "plant", {"metadata": {"labels": {"x": "1"}}})
    patch = {"metadata": {"resourceVersion": before.metadata.resource_version}, "status": {"lastSyncRef": "main"}}
    with pytest.raises(Conflict):
        await store.cluster.patch(GATEWAYSYNCS, store.namespace, "plant", patch, subresource="status")


async def test_a_list_s_version_is_no_older_than_its_items_(store: Store) -> None:
    await store.configmap("a")
    since = await store.now()
    async with store.watching(CONFIGMAPS, since=since) as events:
        await store.configmap("b")
        assert await events.seen(1) == [("ADDED", "b")]


@pytest.mark.parametrize(
    "meta",
    [
        {"name": "b"},
        {"namespace": "another"},
        {"uid": "00000000-0000-0000-0000-000000000000"},
        {"deletionTimestamp": "2001-01-01T00:00:00Z"},
    ],
    ids=str,
)
async def test_identity_cannot_be_patched(store: Store, meta: dict[str, str]) -> None:
    before = await store.configmap("a")
    with pytest.raises((ObjectRejected, Conflict)):
        await store.patch("a", {"metadata": meta})
    assert await store.cluster.get(CONFIGMAPS, store.namespace, "a") == before


@pytest.mark.parametrize(
    "meta",
    [
        {"creationTimestamp": "2001-01-01T00:00:00Z"},
        {"creationTimestamp": None},
        {"generation": 7},
        {"selfLink": "/x", "managedFields": None},
    ],
    ids=str,
)
async def test_what_the_server_keeps_for_itself_is_left_as_it_is(store: Store, meta: dict[str, Any]) -> None:
    before = await store.configmap("a")
    after = await store.patch("a", {"metadata": {**meta, "labels": {"x": "1"}}})
    assert after.metadata.labels == {"x": "1"}
    assert after.metadata.creation_timestamp == before.metadata.creation_timestamp
    assert after.metadata.deletion_timestamp is None
    assert after.metadata.generation == before.metadata.generation


async def test_naming_the_true_identity_in_a_patch_is_fine(store: Store) -> None:
    before = (await store.configmap("a")).metadata
    meta = {"name": "a", "namespace": store.namespace, "uid": before.uid}
    assert (await store.patch("a", {"metadata": meta, "data": {"k": "v"}})).data == {"k": "v"}


async def test_a_patch_to_nonsense_is_rejected_and_changes_nothing(store: Store) -> None:
    before = await store.configmap("a", {"k": "v"})
    for body in ({"data": {"k": 1}}, {"data": "text"}, {"metadata": {"labels": {"x": "no spaces"}}}):
        with pytest.raises(ObjectRejected):
            await store.patch("a", body)
    assert await store.cluster.get(CONFIGMAPS, store.namespace, "a") == before


async def test_the_role_of_a_binding_cannot_be_changed(store: Store) -> None:
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
    subject = {"kind": "ServiceAccount", "name": "default", "namespace": store.namespace}
    body = {"metadata": {"name": "b"}, "roleRef": role, "subjects": [subject]}
    await store.cluster.create(ROLEBINDINGS, store.namespace, body)
    with pytest.raises(ObjectRejected, match=r"roleRef|role"):
        await store.cluster.patch(ROLEBINDINGS, store.namespace, "b", {"roleRef": {**role, "name": "edit"}})
    after = await store.cluster.patch(ROLEBINDINGS, store.namespace, "b", {"subjects": [subject | {"name": "gw"}]})
    assert [subject.name for subject in after.subjects] == ["gw"]
