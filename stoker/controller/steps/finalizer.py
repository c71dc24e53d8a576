"""The finalizer: a deleted resource takes its ConfigMaps, its token Secret and its series with it; gateways keep their files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stoker.api import names
from stoker.errors import ObjectNotFound
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS, ROLEBINDINGS, SECRETS

if TYPE_CHECKING:
    from stoker.api.objects import GatewaySync
    from stoker.kube.cluster import Cluster, Kind


async def ensure(resource: GatewaySync, cluster: Cluster) -> GatewaySync:
    """The resource with our finalizer."""
    meta = resource.metadata
    if names.FINALIZER in meta.finalizers:
        return resource
    patch = {"metadata": {"finalizers": [*meta.finalizers, names.FINALIZER], "resourceVersion": meta.resource_version}}
    return await cluster.patch(GATEWAYSYNCS, meta.namespace, meta.name, patch)


async def finalize(resource: GatewaySync, cluster: Cluster) -> None:
    """Removes what the resource owned, then the finalizer; each may be gone already."""
    meta = resource.metadata
    name, namespace = meta.name, meta.namespace
    owned: list[tuple[Kind[Any], str]] = [
        (CONFIGMAPS, names.metadata_configmap(name)),
        (CONFIGMAPS, names.status_configmap(name)),
        (CONFIGMAPS, names.changes_configmap(name)),
        (SECRETS, names.github_token_secret(name)),
        (ROLEBINDINGS, names.agent_rolebinding(name)),
    ]
    for kind, object_name in owned:
        try:
            await cluster.delete(kind, namespace, object_name)
        except ObjectNotFound:
            continue
    if names.FINALIZER in meta.finalizers:
        left = [finalizer for finalizer in meta.finalizers if finalizer != names.FINALIZER]
        patch = {"metadata": {"finalizers": left, "resourceVersion": meta.resource_version}}
        await cluster.patch(GATEWAYSYNCS, namespace, name, patch)
