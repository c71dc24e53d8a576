"""Create, get, list: what comes back, in which order, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.errors import AlreadyExists, ObjectNotFound, ObjectRejected
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS, NAMESPACES, SECRETS

if TYPE_CHECKING:
    from tests.kube.contract.conftest import Store


async def test_what_is_created_reads_back_with_an_identity(store: Store) -> None:
    created = await store.configmap("a", {"k": "v"}, labels={"x": "1"}, annotations={"y": "2"})
    assert created.data == {"k": "v"}
    assert (created.metadata.labels, created.metadata.annotations) == ({"x": "1"}, {"y": "2"})
    assert created.metadata.namespace == store.namespace
    assert created.metadata.uid
    assert created.metadata.resource_version
    assert created.metadata.creation_timestamp
    assert await store.cluster.get(CONFIGMAPS, store.namespace, "a") == created


async def test_a_name_can_be_generated(store: Store) -> None:
    body = {"metadata": {"generateName": "run-"}}
    names = {(await store.cluster.create(CONFIGMAPS, store.namespace, body)).metadata.name for _ in range(2)}
    assert len(names) == 2
    assert all(name.startswith("run-") and len(name) > 4 for name in names)


async def test_nulls_in_a_new_object_mean_nothing(store: Store) -> None:
    body = {"metadata": {"name": "a", "labels": None, "annotations": {"x": None}}, "data": {"k": None, "l": "1"}}
    created = await store.cluster.create(CONFIGMAPS, store.namespace, body)
    assert created.metadata.labels == {}
    assert created.data.get("l") == "1"


async def test_identity_is_the_server_s_to_give(store: Store) -> None:
    created = await store.configmap("a", uid="mine", creationTimestamp="2001-01-01T00:00:00Z")
    assert created.metadata.uid != "mine"
    assert created.metadata.creation_timestamp != "2001-01-01T00:00:00Z"


async def test_the_same_name_again_already_exists(store: Store) -> None:
    await store.configmap("a")
    with pytest.raises(AlreadyExists, match="a"):
        await store.configmap("a")


async def test_a_name_is_free_in_another_kind_and_namespace(store: Store) -> None:
    await store.configmap("a")
    await store.cluster.create(SECRETS, store.namespace, {"metadata": {"name": "a"}})
    await store.cluster.create(CONFIGMAPS, store.elsewhere, {"metadata": {"name": "a"}})
    assert await store.names() == ["a"]


@pytest.mark.parametrize("kind", [CONFIGMAPS, GATEWAYSYNCS, SECRETS], ids=repr)
async def test_what_is_not_there_is_not_found(store: Store, kind: object) -> None:
    with pytest.raises(ObjectNotFound, match="absent"):
        await store.cluster.get(kind, store.namespace, "absent")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../secrets/a", "a%", "%2e%2e", "a?b", "a#b", "a b", "\0"])
async def test_nothing_is_found_by_a_name_that_nothing_can_have(store: Store, name: str) -> None:
    await store.configmap("a")
    for namespace, called in ((store.namespace, name), (name, "a")):
        with pytest.raises(ObjectNotFound):
            await store.cluster.get(CONFIGMAPS, namespace, called)
        with pytest.raises(ObjectNotFound):
            await store.cluster.patch(CONFIGMAPS, namespace, called, {"data": {"k": "v"}})
        with pytest.raises(ObjectNotFound):
            await store.cluster.delete(CONFIGMAPS, namespace, called)
    assert await store.names() == ["a"]


async def test_absence_is_told_by_every_verb_that_names_an_object(store: Store) -> None:
    with pytest.raises(ObjectNotFound):
        await store.patch("absent", {"data": {"k": "v"}})
    with pytest.raises(ObjectNotFound):
        await store.cluster.delete(CONFIGMAPS, store.namespace, "absent")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"metadata": {}},
        {"metadata": {"name": "Upper"}},
        {"metadata": {"name": "a/b"}},
        {"metadata": {"name": "../b"}},
        {"metadata": {"name": "x" * 254}},
        {"metadata": {"name": "a", "namespace": "another"}},
        {"metadata": {"name": "a", "labels": {"x": "no spaces"}}},
        {"metadata": {"name": "a", "labels": {"x": "l" * 64}}},
        {"metadata": {"name": "a", "labels": {"x": 1}}},
        {"metadata": {"name": "a"}, "data": {"k": 1}},
        {"metadata": {"name": "a"}, "data": ["k"]},
        {"metadata": {"name": "a"}, "kind": "Secret"},
        {"metadata": {"name": "a", "resourceVersion": "1"}},
    ],
    ids=lambda body: str(body)[:50],
)
async def test_what_makes_no_sense_is_rejected_and_not_stored(store: Store, body: dict[str, object]) -> None:
    with pytest.raises(ObjectRejected):
        await store.cluster.create(CONFIGMAPS, store.namespace, body)
    assert await store.names() == []


async def test_a_secret_s_values_are_base64(store: Store) -> None:
    with pytest.raises(ObjectRejected) as caught:
        await store.cluster.create(SECRETS, store.namespace, {"metadata": {"name": "a"}, "data": {"k": "hunter2!"}})
    assert "hunter2" not in str(caught.value)


async def test_a_list_is_sorted_by_name_and_stays_in_its_namespace(store: Store) -> None:
    for name in ("c", "a", "b"):
        await store.configmap(name)
    await store.cluster.create(CONFIGMAPS, store.elsewhere, {"metadata": {"name": "d"}})
    assert await store.names() == ["a", "b", "c"]


async def test_all_namespaces_can_be_listed_at_once(store: Store) -> None:
    await store.configmap("a")
    await store.cluster.create(CONFIGMAPS, store.elsewhere, {"metadata": {"name": "d"}})
    found = {(item.metadata.namespace, item.metadata.name) for item in (await store.cluster.list(CONFIGMAPS)).items}
    assert {(store.namespace, "a"), (store.elsewhere, "d")} <= found


async def test_labels_select_by_equality_and_all_of_them(store: Store) -> None:
    await store.configmap("a", labels={"x": "1", "y": "1"})
    await store.configmap("b", labels={"x": "1", "y": "2"})
    await store.configmap("c")
    assert await store.names(labels={"x": "1"}) == ["a", "b"]
    assert await store.names(labels={"x": "1", "y": "2"}) == ["b"]
    assert await store.names(labels={"x": "2"}) == []


async def test_one_name_can_be_listed(store: Store) -> None:
    await store.configmap("a", labels={"x": "1"})
    await store.configmap("b")
    assert await store.names(name="a") == ["a"]
    assert await store.names(name="a", labels={"x": "2"}) == []
    assert await store.names(name="absent") == []


async def test_a_namespace_lives_in_no_namespace(store: Store) -> None:
    name = f"{store.namespace}-more"
    created = await store.cluster.create(NAMESPACES, "", {"metadata": {"name": name, "labels": {"x": "1"}}})
    assert created.metadata.namespace == ""
    assert (await store.cluster.get(NAMESPACES, "", name)).metadata.labels["x"] == "1"


async def test_what_a_reader_does_to_its_answer_stays_with_the_reader(store: Store) -> None:
    await store.resource()
    (await store.cluster.get(GATEWAYSYNCS, store.namespace, "plant")).spec["git"]["ref"] = "changed"
    again = await store.cluster.get(GATEWAYSYNCS, store.namespace, "plant")
    assert again.spec["git"]["ref"] == "main"


async def test_what_a_writer_does_to_its_body_afterwards_stays_with_the_writer(store: Store) -> None:
    body = {"metadata": {"name": "a", "finalizers": ["x.io/f"]}, "data": {"k": "v"}}
    await store.cluster.create(CONFIGMAPS, store.namespace, body)
    body["metadata"]["finalizers"].append("x.io/g")  # type: ignore[index]
    assert (await store.cluster.get(CONFIGMAPS, store.namespace, "a")).metadata.finalizers == ["x.io/f"]
    await store.patch("a", {"metadata": {"finalizers": []}})
