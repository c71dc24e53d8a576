"""Names, keys, and what a kind asks for itself: refused by every adapter, and what a server forgives is forgiven."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from stoker.errors import ObjectRejected, ObjectTooLarge
from stoker.kube.cluster import CONFIGMAPS, EVENTS, LEASES, NAMESPACES, ROLEBINDINGS, SECRETS, Kind

if TYPE_CHECKING:
    from tests.kube.contract.conftest import Store

ROLE: Final = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
OWNER: Final = {"apiVersion": "v1", "kind": "Pod", "name": "x", "uid": "u"}
MOMENT: Final = "2026-01-01T00:00:00.000000Z"
EVENT: Final = {"reason": "R", "message": "m", "type": "Normal"}


def body(**more: Any) -> dict[str, Any]:
    return {"metadata": {"name": "a", **more.pop("meta", {})}, **more}


BAD: Final[list[tuple[Kind[Any], dict[str, Any]]]] = [
    *[(CONFIGMAPS, body(data={key: "x"})) for key in ("a/b", "", "a b", "k" * 254, "..a")],
    (SECRETS, body(data={"a/b": "eA=="})),
    *[(CONFIGMAPS, body(meta={"labels": {key: "x"}})) for key in ("a b", "x.io/a/b", "/a", "a/", "k" * 64, "X.io/a")],
    *[(CONFIGMAPS, body(meta={"annotations": {key: "x"}})) for key in ("a b", "x.io/a/b", "k" * 64)],
    *[(CONFIGMAPS, body(meta={"finalizers": [name]})) for name in ("plain", "x.io/a b")],
    *[(CONFIGMAPS, body(meta={"ownerReferences": [{**OWNER, field: ""}]})) for field in OWNER],
    (
        CONFIGMAPS,
        body(meta={"ownerReferences": [{**OWNER, "controller": True}, {**OWNER, "uid": "v", "controller": True}]}),
    ),
    *[(CONFIGMAPS, body(meta={"name": name})) for name in ("a..b", "a.-b", "-a", "a_b")],
    *[(NAMESPACES, body(meta={"name": name})) for name in ("a.b", "n" * 64)],
    *[(ROLEBINDINGS, body(meta={"name": name}, roleRef=ROLE)) for name in ("..", "a/b", "a%b")],
    (ROLEBINDINGS, body(roleRef={**ROLE, "kind": "Odd"})),
    (EVENTS, body(involvedObject={"namespace": "another", "name": "x"}, **EVENT)),
    (LEASES, body(spec={"renewTime": "2026-01-01T00:00:00Z"})),
    (LEASES, body(spec={"acquireTime": "yesterday"})),
    (LEASES, body(spec={"leaseDurationSeconds": 0})),
    (LEASES, body(spec={"leaseDurationSeconds": "15"})),
    (LEASES, body(spec={"leaseTransitions": -1})),
]
GOOD: Final[list[tuple[Kind[Any], dict[str, Any]]]] = [
    (CONFIGMAPS, body(data={"a.b_c-D": "x", "k" * 253: "y"})),
    (CONFIGMAPS, body(meta={"labels": {"x.io/a": "", "A_b.c": "1"}, "annotations": {"x.io/A": "ü\n", "b": ""}})),
    (CONFIGMAPS, body(meta={"name": "1.2-3", "finalizers": []})),
    (CONFIGMAPS, body(meta={"ownerReferences": [OWNER]})),
    (CONFIGMAPS, {"metadata": {"generateName": "x" * 253}}),
    (ROLEBINDINGS, body(meta={"name": "A:b"}, roleRef=ROLE, subjects=[])),
    (LEASES, body(spec={"renewTime": MOMENT, "holderIdentity": "", "leaseDurationSeconds": 1, "leaseTransitions": 0})),
    (EVENTS, body(**EVENT, involvedObject={"namespace": "NAMESPACE", "name": "x", "kind": "GatewaySync"})),
]


def where(store: Store, kind: Kind[Any]) -> str:
    return store.namespace if kind.namespaced else ""


@pytest.mark.parametrize(("kind", "wrong"), BAD, ids=lambda value: str(value)[:60])
async def test_what_a_server_refuses(store: Store, kind: Kind[Any], wrong: dict[str, Any]) -> None:
    with pytest.raises(ObjectRejected):
        await store.cluster.create(kind, where(store, kind), wrong)


@pytest.mark.parametrize(("kind", "right"), GOOD, ids=lambda value: str(value)[:60])
async def test_what_a_server_takes(store: Store, kind: Kind[Any], right: dict[str, Any]) -> None:
    about = right.get("involvedObject")
    taken = {**right, "involvedObject": {**about, "namespace": store.namespace}} if about else right
    await store.cluster.create(kind, where(store, kind), taken)


async def test_annotations_have_a_limit_of_their_own(store: Store) -> None:
    await store.configmap("a", annotations={"x": "y" * (256 * 1024 - 1)})
    with pytest.raises(ObjectTooLarge, match=r"annotations.*too long|annotations.*Too long"):
        await store.configmap("b", annotations={"x": "y" * 256 * 1024})


async def test_a_secret_s_text_is_stored_encoded(store: Store) -> None:
    secret = {"metadata": {"name": "a"}, "data": {"k": "b2xk", "l": "b2xk"}, "stringData": {"k": "new"}}
    created = await store.cluster.create(SECRETS, store.namespace, secret)
    assert (created.text("k"), created.text("l")) == ("new", "old")
    after = await store.cluster.patch(SECRETS, store.namespace, "a", {"stringData": {"l": "newer"}})
    assert (after.text("k"), after.text("l")) == ("new", "newer")


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "Secret"},
        {"apiVersion": "v2"},
        {"metadata": None},
        {"metadata": {"name": None}},
        {"data": {"a/b": "1"}},
        {"metadata": {"finalizers": ["plain"]}},
    ],
    ids=str,
)
async def test_a_patch_may_do_no_more(store: Store, wrong: dict[str, Any]) -> None:
    before = await store.configmap("a", {"k": "v"}, labels={"x": "1"})
    with pytest.raises(ObjectRejected):
        await store.patch("a", wrong)
    assert await store.cluster.get(CONFIGMAPS, store.namespace, "a") == before


@pytest.mark.parametrize(
    "meta", [{"resourceVersion": "0"}, {"resourceVersion": None}, {"uid": None}, {"namespace": None}, {}], ids=str
)
async def test_what_says_nothing_is_no_precondition(store: Store, meta: dict[str, Any]) -> None:
    await store.configmap("a")
    assert (await store.patch("a", {"metadata": meta, "data": {"k": "v"}})).data == {"k": "v"}
