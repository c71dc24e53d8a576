"""Collection by ownerReference. On a server the controller manager does it, moments later; so these tests wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS
from tests.kube.contract.conftest import owned_by

if TYPE_CHECKING:
    from tests.kube.contract.conftest import Store


async def delete_owner(store: Store, name: str = "plant") -> None:
    await store.cluster.delete(GATEWAYSYNCS, store.namespace, name)


async def test_what_the_object_owned_goes_with_it(store: Store) -> None:
    owner = await store.resource()
    await store.configmap("a", ownerReferences=[owned_by(owner.metadata)])
    await store.configmap("b")
    await delete_owner(store)
    await store.gone(CONFIGMAPS, "a")
    assert await store.names() == ["b"]


async def test_it_stays_while_its_owner_waits_for_a_finalizer(store: Store) -> None:
    owner = await store.resource(finalizers=["x.io/f"])
    await store.configmap("a", ownerReferences=[owned_by(owner.metadata)])
    await delete_owner(store)
    assert await store.names() == ["a"]
    await store.cluster.patch(GATEWAYSYNCS, store.namespace, "plant", {"metadata": {"finalizers": []}})
    await store.gone(CONFIGMAPS, "a")


async def test_with_two_owners_it_goes_with_the_second(store: Store) -> None:
    owners = [await store.resource("one"), await store.resource("two")]
    await store.configmap("a", ownerReferences=[owned_by(owner.metadata) for owner in owners])
    await delete_owner(store, "one")
    assert await store.names() == ["a"]
    await delete_owner(store, "two")
    await store.gone(CONFIGMAPS, "a")


async def test_born_after_its_owner_s_end_it_goes_at_once(store: Store) -> None:
    owner = await store.resource()
    await delete_owner(store)
    await store.configmap("a", ownerReferences=[owned_by(owner.metadata)])
    await store.gone(CONFIGMAPS, "a")


async def test_an_owner_of_the_same_name_is_not_the_owner(store: Store) -> None:
    first = await store.resource()
    await store.configmap("a", ownerReferences=[owned_by(first.metadata)])
    await delete_owner(store)
    await store.resource()
    await store.gone(CONFIGMAPS, "a")


async def test_the_owned_of_the_owned_go_too(store: Store) -> None:
    owner = await store.resource()
    middle = await store.configmap("a", ownerReferences=[owned_by(owner.metadata)])
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "a", "uid": middle.metadata.uid}
    await store.configmap("b", ownerReferences=[reference])
    await delete_owner(store)
    await store.gone(CONFIGMAPS, "b")


async def test_the_owned_wait_for_their_own_finalizers(store: Store) -> None:
    owner = await store.resource()
    since = await store.now()
    await store.configmap("a", ownerReferences=[owned_by(owner.metadata)], finalizers=["x.io/f"])
    async with store.watching(CONFIGMAPS, since=since, name="a") as events:
        await delete_owner(store)
        assert await events.seen(2) == [("ADDED", "a"), ("MODIFIED", "a")]
    marked = await store.cluster.get(CONFIGMAPS, store.namespace, "a")
    assert marked.metadata.deletion_timestamp
    await store.patch("a", {"metadata": {"finalizers": []}})
    await store.gone(CONFIGMAPS, "a")
