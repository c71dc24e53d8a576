"""The finalizer: a deleted resource takes its ConfigMaps, its token Secret and its series with it; gateways keep their files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stoker.api import names
from stoker.errors import ObjectNotFound
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS, ROLEBINDINGS, SECRETS

if TYPE_CHECKING:
    from stoker.api.objects import GatewaySync
    from stoker.controller.outcome import Pass
    from stoker.kube.cluster import Cluster, Kind


async def ensure(this: Pass, cluster: Cluster) -> None:
    """Sets our finalizer. The list is one value in a merge patch, so it is written only over the version that was read."""
    meta = this.resource.metadata
    if names.FINALIZER not in meta.finalizers:
        await _write(this.resource, [*meta.finalizers, names.FINALIZER], cluster)


async def finalize(resource: GatewaySync, cluster: Cluster) -> None:
    """Removes what the resource owned, then the finalizer; each may be gone already."""
    meta = resource.metadata
    if names.FINALIZER not in meta.finalizers:
        return
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
    await _write(resource, [finalizer for finalizer in meta.finalizers if finalizer != names.FINALIZER], cluster)


async def _write(resource: GatewaySync, finalizers: list[str], cluster: Cluster) -> None:
    meta = resource.metadata
    patch = {"metadata": {"finalizers": finalizers, "resourceVersion": meta.resource_version}}
    try:
        await cluster.patch(GATEWAYSYNCS, meta.namespace, meta.name, patch)
    except ObjectNotFound:
        return  # it is gone already: by another hand, or by a write of ours whose answer was lost
