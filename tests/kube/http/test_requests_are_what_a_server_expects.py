"""Paths, queries, bodies and headers, as the API's own documents have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import trio

from stoker.kube.cluster import CONFIGMAP_HEADS, CONFIGMAPS, GATEWAYSYNCS, LEASES, NAMESPACES, PODS, SECRETS, Kind
from stoker.kube.http.calls import Call
from tests.kube.http.conftest import document, named, page

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("call", "target"),
    [
        (Call("get", CONFIGMAPS, "plant", "a"), "/api/v1/namespaces/plant/configmaps/a"),
        (Call("get", NAMESPACES, "", "plant"), "/api/v1/namespaces/plant"),
        (Call("list", PODS, ""), "/api/v1/pods"),
        (Call("create", CONFIGMAPS, "plant", "a"), "/api/v1/namespaces/plant/configmaps"),
        (
            Call("patch", GATEWAYSYNCS, "p", "a", "status"),
            "/apis/stoker.io/v1alpha1/namespaces/p/gatewaysyncs/a/status",
        ),
        (Call("delete", LEASES, "p", "a"), "/apis/coordination.k8s.io/v1/namespaces/p/leases/a"),
        (Call("get", CONFIGMAPS, "plant", "../x?y#z"), "/api/v1/namespaces/plant/configmaps/..%2Fx%3Fy%23z"),
    ],
    ids=str,
)
def test_the_path(call: Call, target: str) -> None:
    assert call.target == target


async def test_a_selection_is_a_query(serving: Callable[..., Any]) -> None:
    async with serving() as server:
        server.answers(page())
        await server.cluster.list(PODS, "plant", labels={"b/x": "2", "a": "1"}, name="gw")
        params = dict(server.script.asked[0].url.params)
    assert params == {"labelSelector": "a=1,b/x=2", "fieldSelector": "metadata.name=gw", "limit": "100"}


async def test_a_new_object_says_what_it_is(serving: Callable[..., Any]) -> None:
    async with serving() as server:
        server.answers(document(named("a"), 201))
        await server.cluster.create(CONFIGMAPS, "plant", {"metadata": {"name": "a"}})
        (asked,) = server.script.asked
    assert msgspec.json.decode(asked.content) == {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["authorization"] == "Bearer good-token"


@pytest.mark.parametrize(
    ("kind", "body", "merges"),
    [
        (CONFIGMAPS, {"data": {"k": None, "l": "x"}}, "strategic-merge-patch"),
        (CONFIGMAPS, {"data": {"k": 1}}, "merge-patch"),
        (CONFIGMAPS, {"data": None}, "merge-patch"),
        (CONFIGMAPS, {"data": {"k": "x"}, "metadata": {"ownerReferences": []}}, "merge-patch"),
        (SECRETS, {"data": {"k": "eA=="}}, "merge-patch"),
        (LEASES, {"spec": {"holderIdentity": None}}, "merge-patch"),
    ],
    ids=["entries", "a number", "all of them", "owners", "a secret", "a lease"],
)
async def test_a_patch_merges(serving: Callable[..., Any], kind: Kind[Any], body: dict[str, Any], merges: str) -> None:
    async with serving() as server:
        server.answers(document(named("a")))
        await server.cluster.patch(kind, "plant", "a", body)
        (asked,) = server.script.asked
    assert (asked.method, msgspec.json.decode(asked.content)) == ("PATCH", body)
    assert asked.headers["content-type"] == f"application/{merges}+json"


async def test_where_metadata_is_enough_no_more_is_asked_for(serving: Callable[..., Any]) -> None:
    async with serving() as server:
        server.answers(document(named("a")), document(named("a")))
        for kind in (CONFIGMAPS, CONFIGMAP_HEADS):
            await server.cluster.patch(kind, "plant", "a", {"data": {"k": "x"}})
        whole, part = (asked.headers["accept"] for asked in server.script.asked)
    assert whole == "application/json"
    assert part == "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, application/json"


async def test_a_deletion_carries_its_precondition(serving: Callable[..., Any]) -> None:
    async with serving() as server:
        server.answers(document({"kind": "Status", "status": "Success"}))
        await server.cluster.delete(CONFIGMAPS, "plant", "a", uid="u")
        sent = msgspec.json.decode(server.script.asked[0].content)
    assert sent["preconditions"] == {"uid": "u"}
    assert sent["propagationPolicy"] == "Background"


async def test_a_watch_asks_for_bookmarks_and_for_an_end(serving: Callable[..., Any]) -> None:
    async with serving() as server:
        server.answers(document({}))
        send, _receive = trio.open_memory_channel[Any](1)
        server.script.answers[0].parts = []
        await server.cluster.watch(CONFIGMAPS, "plant", resource_version="7", into=send, name="a")
        params = dict(server.script.asked[0].url.params)
    assert 300 <= int(params.pop("timeoutSeconds")) <= 600
    assert params == {
        "watch": "1",
        "allowWatchBookmarks": "true",
        "resourceVersion": "7",
        "fieldSelector": "metadata.name=a",
    }
