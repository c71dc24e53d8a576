"""Spec and status are written apart, and the generation counts what is wanted, not what was observed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stoker.errors import ObjectNotFound
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS
from tests.api.samples import LEAST

if TYPE_CHECKING:
    from stoker.api.objects import GatewaySync
    from tests.kube.contract.conftest import Store


async def patched(store: Store, body: dict[str, Any]) -> GatewaySync:
    return await store.cluster.patch(GATEWAYSYNCS, store.namespace, "plant", body)


async def observed(store: Store, status: dict[str, Any] | None, **more: Any) -> GatewaySync:
    body = {"status": status, **more}
    return await store.cluster.patch(GATEWAYSYNCS, store.namespace, "plant", body, subresource="status")


async def test_a_new_object_has_no_status_whatever_was_sent(store: Store) -> None:
    body = {"metadata": {"name": "plant"}, "spec": LEAST, "status": {"lastSyncRef": "main"}}
    created = await store.cluster.create(GATEWAYSYNCS, store.namespace, body)
    assert created.status.last_sync_ref == ""


async def test_a_main_patch_leaves_the_status_alone(store: Store) -> None:
    await store.resource()
    await observed(store, {"lastSyncRef": "main"})
    after = await patched(store, {"spec": {"paused": True}, "status": {"lastSyncRef": "other", "profileCount": 7}})
    assert after.spec["paused"] is True
    assert (after.status.last_sync_ref, after.status.profile_count) == ("main", 0)


async def test_a_main_patch_of_status_alone_writes_nothing(store: Store) -> None:
    before = await store.resource()
    assert await patched(store, {"status": {"lastSyncRef": "other"}}) == before


async def test_a_status_patch_leaves_all_else_alone(store: Store) -> None:
    before = await store.resource(labels={"x": "1"})
    after = await observed(store, {"profileCount": 2}, spec={"paused": True}, metadata={"labels": {"x": "2"}})
    assert after.status.profile_count == 2
    assert after.spec == before.spec
    assert after.metadata.labels == {"x": "1"}


async def test_a_status_patch_has_no_ear_for_a_uid(store: Store) -> None:
    await store.resource()
    after = await observed(store, {"profileCount": 2}, metadata={"uid": "00000000-0000-0000-0000-000000000000"})
    assert after.status.profile_count == 2, "a writer who must not write to a successor sends the resourceVersion"


async def test_a_status_patch_merges(store: Store) -> None:
    await store.resource()
    await observed(store, {"lastSyncRef": "main", "profileCount": 2})
    after = await observed(store, {"lastSyncRef": None, "lastSyncCommitShort": "1234567"})
    assert (after.status.last_sync_ref, after.status.profile_count) == ("", 2)
    assert after.status.last_sync_commit_short == "1234567"


async def test_the_same_status_again_writes_nothing(store: Store) -> None:
    await store.resource()
    once = await observed(store, {"profileCount": 2})
    assert await observed(store, {"profileCount": 2}) == once


async def test_the_generation_begins_at_one(store: Store) -> None:
    assert (await store.resource()).metadata.generation == 1


async def test_the_generation_moves_with_the_spec(store: Store) -> None:
    await store.resource()
    assert (await patched(store, {"spec": {"paused": True}})).metadata.generation == 2
    assert (await patched(store, {"spec": {"paused": True}})).metadata.generation == 2
    assert (await patched(store, {"spec": {"paused": False}})).metadata.generation == 3


@pytest.mark.parametrize(
    "meta", [{"labels": {"x": "1"}}, {"annotations": {"y": "1"}}, {"finalizers": ["x.io/f"]}], ids=str
)
async def test_the_generation_stays_when_metadata_changes(store: Store, meta: dict[str, Any]) -> None:
    before = await store.resource()
    after = await patched(store, {"metadata": meta})
    assert after.metadata.generation == 1
    assert after.metadata.resource_version != before.metadata.resource_version


async def test_the_generation_stays_when_status_changes(store: Store) -> None:
    before = await store.resource()
    after = await observed(store, {"profileCount": 2})
    assert after.metadata.generation == 1
    assert after.metadata.resource_version != before.metadata.resource_version


async def test_the_generation_is_not_a_client_s_to_set(store: Store) -> None:
    await store.resource()
    assert (await patched(store, {"metadata": {"generation": 9, "labels": {"x": "1"}}})).metadata.generation == 1


async def test_a_kind_without_status_has_no_such_subresource(store: Store) -> None:
    await store.configmap("a")
    with pytest.raises(ObjectNotFound):
        await store.cluster.patch(CONFIGMAPS, store.namespace, "a", {"status": {}}, subresource="status")
