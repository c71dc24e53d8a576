"""A fleet of objects is kept in memory without what only other tools read; in the store everything stays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from stoker.api.trim import LAST_APPLIED
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS, PODS
from tests.api.samples import LEAST

if TYPE_CHECKING:
    from stoker.api.objects import ConfigMap
    from tests.kube.contract.conftest import Store

NOTES = {"stoker.io/inject": "true", "some.tool/config": "long", LAST_APPLIED: "{}"}
BODY: dict[str, Any] = {
    "metadata": {"name": "gw", "labels": {"x": "1"}, "annotations": NOTES},
    "spec": {"containers": [{"name": "gateway", "image": "i"}], "automountServiceAccountToken": False},
}


async def test_a_pod_keeps_its_labels_and_our_annotations(store: Store) -> None:
    created = await store.cluster.create(PODS, store.namespace, BODY)
    listed = await store.cluster.list(PODS, store.namespace)
    assert created.metadata.annotations == {"stoker.io/inject": "true"}
    assert listed.items[0].metadata.annotations == {"stoker.io/inject": "true"}
    assert created.metadata.labels == {"x": "1"}
    assert [container.name for container in created.spec.containers] == ["gateway"]


async def test_a_resource_keeps_all_but_what_kubectl_remembers(store: Store) -> None:
    body = {"metadata": {"name": "plant", "annotations": NOTES}, "spec": LEAST}
    async with store.watching(GATEWAYSYNCS) as events:
        await store.cluster.create(GATEWAYSYNCS, store.namespace, body)
        seen = (await events.next()).object
    assert seen is not None
    assert set(seen.metadata.annotations) == {"stoker.io/inject", "some.tool/config"}


async def test_what_is_not_kept_is_not_lost(store: Store) -> None:
    await store.cluster.create(PODS, store.namespace, BODY)
    await store.cluster.patch(PODS, store.namespace, "gw", {"metadata": {"annotations": {"stoker.io/profile": "p"}}})
    whole = replace(PODS, trim=lambda pod: pod)
    after = await store.cluster.get(whole, store.namespace, "gw")
    assert after.metadata.annotations == {**NOTES, "stoker.io/profile": "p"}


async def test_a_reader_may_keep_less(store: Store) -> None:
    def without_values(item: ConfigMap) -> ConfigMap:
        return msgspec.structs.replace(item, data=dict.fromkeys(item.data, ""))

    await store.configmap("a", {"k": "long"})
    slim = replace(CONFIGMAPS, trim=without_values)
    assert (await store.cluster.list(slim, store.namespace, name="a")).items[0].data == {"k": ""}
