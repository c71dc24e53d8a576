"""Objects that belong to a resource: their frame (labels, owner), made when absent and mended when somebody changed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from stoker.api import names
from stoker.errors import ObjectNotFound
from stoker.kube.cluster import CONFIGMAPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stoker.api.objects import ConfigMap, GatewaySync, ObjectMeta
    from stoker.kube.cluster import Cluster


def frame(resource: GatewaySync, name: str) -> dict[str, Any]:
    """``metadata`` of an object that belongs to the resource and goes with it."""
    return {
        "name": name,
        "labels": {names.MANAGED_BY_LABEL: names.MANAGED_BY, names.CR_NAME: resource.metadata.name},
        "ownerReferences": [
            {
                "apiVersion": names.API_VERSION,
                "kind": names.KIND,
                "name": resource.metadata.name,
                "uid": resource.metadata.uid,
                "controller": True,
            }
        ],
    }


def mending(present: ObjectMeta, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The merge patch of ``metadata`` that gives an object its frame back; empty when it has it.

    Labels of others stay, and so do other owners; one that was a resource of the same name, deleted since, is replaced.
    """
    patch: dict[str, Any] = {}
    labels = {key: value for key, value in wanted["labels"].items() if present.labels.get(key) != value}
    if labels:
        patch["labels"] = labels
    owner = wanted["ownerReferences"][0]
    if all(reference.uid != owner["uid"] for reference in present.owner_references):
        others = [
            msgspec.to_builtins(reference)
            for reference in present.owner_references
            if (reference.kind, reference.name) != (owner["kind"], owner["name"])
        ]
        patch["ownerReferences"] = [*others, owner]
    return patch


async def agents_map(resource: GatewaySync, cluster: Cluster, name: str) -> ConfigMap:
    """One of the two ConfigMaps that agents write, made empty when it is absent, its frame mended."""
    namespace, wanted = resource.metadata.namespace, frame(resource, name)
    try:
        present = await cluster.get(CONFIGMAPS, namespace, name)
    except ObjectNotFound:
        return await cluster.create(CONFIGMAPS, namespace, {"metadata": wanted, "data": {}})
    patch = mending(present.metadata, wanted)
    if patch:
        return await cluster.patch(CONFIGMAPS, namespace, name, {"metadata": patch})
    return present
