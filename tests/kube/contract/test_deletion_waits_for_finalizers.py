"""Deletion: at once, or marked until the last finalizer goes; preconditions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stoker.errors import AlreadyExists, Conflict, ObjectNotFound, ObjectRejected
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS

if TYPE_CHECKING:
    from stoker.api.objects import GatewaySync
    from tests.kube.contract.conftest import Store


async def delete(store: Store, **precondition: str) -> None:
    await store.cluster.delete(GATEWAYSYNCS, store.namespace, "plant", **precondition)


async def finalizers(store: Store, *names: str) -> GatewaySync:
    body: dict[str, Any] = {"metadata": {"finalizers": list(names)}}
    return await store.cluster.patch(GATEWAYSYNCS, store.namespace, "plant", body)


async def get(store: Store) -> GatewaySync:
    return await store.cluster.get(GATEWAYSYNCS, store.namespace, "plant")


async def test_without_finalizers_the_object_is_gone(store: Store) -> None:
    await store.resource()
    await delete(store)
    with pytest.raises(ObjectNotFound):
        await get(store)
    with pytest.raises(ObjectNotFound):
        await delete(store)


async def test_a_new_object_of_the_name_is_another_one(store: Store) -> None:
    first = await store.resource()
    await delete(store)
    second = await store.resource()
    assert second.metadata.uid != first.metadata.uid
    assert second.metadata.resource_version != first.metadata.resource_version


async def test_with_a_finalizer_it_is_only_marked(store: Store) -> None:
    await store.resource(finalizers=["x.io/f"])
    await delete(store)
    marked = await get(store)
    assert marked.metadata.deletion_timestamp
    assert marked.metadata.finalizers == ["x.io/f"]


async def test_marking_is_a_new_generation(store: Store) -> None:
    await store.resource(finalizers=["x.io/f"])
    await delete(store)
    assert (await get(store)).metadata.generation == 2


async def test_marking_twice_changes_nothing(store: Store) -> None:
    await store.resource(finalizers=["x.io/f"])
    await delete(store)
    marked = await get(store)
    await delete(store)
    assert await get(store) == marked


async def test_it_goes_with_its_last_finalizer(store: Store) -> None:
    await store.resource(finalizers=["x.io/f", "x.io/g"])
    await delete(store)
    assert (await finalizers(store, "x.io/g")).metadata.deletion_timestamp
    assert (await finalizers(store)).metadata.finalizers == []
    with pytest.raises(ObjectNotFound):
        await get(store)


async def test_finalizers_can_go_without_deletion(store: Store) -> None:
    await store.resource(finalizers=["x.io/f"])
    assert (await finalizers(store)).metadata.deletion_timestamp is None
    assert (await get(store)).metadata.finalizers == []


async def test_no_finalizer_can_be_added_to_what_is_being_deleted(store: Store) -> None:
    await store.resource(finalizers=["x.io/f"])
    await delete(store)
    with pytest.raises(ObjectRejected, match="finalizers"):
        await finalizers(store, "x.io/f", "x.io/g")


async def test_what_is_being_deleted_still_takes_status_and_annotations(store: Store) -> None:
    await store.resource(finalizers=["x.io/f"])
    await delete(store)
    body = {"metadata": {"annotations": {"x": "1"}}}
    await store.cluster.patch(GATEWAYSYNCS, store.namespace, "plant", body)
    status = {"status": {"profileCount": 3}}
    after = await store.cluster.patch(GATEWAYSYNCS, store.namespace, "plant", status, subresource="status")
    assert (after.metadata.annotations, after.status.profile_count) == ({"x": "1"}, 3)


async def test_the_mark_cannot_be_taken_off(store: Store) -> None:
    await store.resource(finalizers=["x.io/f"])
    await delete(store)
    body = {"metadata": {"deletionTimestamp": None, "labels": {"x": "1"}}}
    after = await store.cluster.patch(GATEWAYSYNCS, store.namespace, "plant", body)
    assert after.metadata.deletion_timestamp


async def test_the_name_is_taken_until_it_is_gone(store: Store) -> None:
    await store.resource(finalizers=["x.io/f"])
    await delete(store)
    with pytest.raises(AlreadyExists):
        await store.resource()


async def test_the_right_uid_is_a_precondition_that_is_met(store: Store) -> None:
    await delete(store, uid=(await store.resource()).metadata.uid)
    with pytest.raises(ObjectNotFound):
        await get(store)


async def test_another_uid_is_a_conflict_and_deletes_nothing(store: Store) -> None:
    before = await store.resource()
    with pytest.raises(Conflict):
        await delete(store, uid="00000000-0000-0000-0000-000000000000")
    assert await get(store) == before


async def test_a_new_object_cannot_be_born_marked(store: Store) -> None:
    created = await store.configmap("a", deletionTimestamp="2001-01-01T00:00:00Z")
    assert created.metadata.deletion_timestamp is None
    await store.cluster.delete(CONFIGMAPS, store.namespace, "a")
