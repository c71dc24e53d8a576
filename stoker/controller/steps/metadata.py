"""The three ConfigMaps: metadata written when it changed, the agents' two created empty and left to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stoker.api import names
from stoker.api.handoff import Metadata, history_limit
from stoker.errors import AlreadyExists, ObjectNotFound, ObjectTooLarge
from stoker.kube.cluster import CONFIGMAPS
from stoker.observe.redact import redact_url

if TYPE_CHECKING:
    from stoker.api.objects import GatewaySync
    from stoker.controller.outcome import Pass
    from stoker.kube.cluster import Cluster


async def publish(this: Pass, cluster: Cluster) -> None:
    """Tells the agents what to sync. Invalid profiles leave the metadata as it was; no commit yet, and there is none."""
    namespace, name = this.key
    await _ensure_empty(this.resource, cluster, names.status_configmap(name))
    await _ensure_empty(this.resource, cluster, names.changes_configmap(name))
    if this.spec is None or not (this.commit or this.paused):
        return
    map_name = names.metadata_configmap(name)
    try:
        before = (await cluster.get(CONFIGMAPS, namespace, map_name)).data
    except ObjectNotFound:
        before = None
    settled = this.resolved and not this.pending
    wanted = Metadata(
        git_url=redact_url(this.spec.git.repo),
        commit=this.commit if settled or not before else before.get("commit", this.commit),
        ref=this.ref if settled or not before else before.get("ref", this.ref),
        auth_type=this.spec.auth_type,
        paused=this.paused,
        profiles=this.profiles,
        gateway_port=this.spec.gateway.port,
        gateway_tls=this.spec.gateway.tls,
        requested_at=this.annotation(names.REQUESTED_AT)
        if settled and not this.paused
        else (before or {}).get("requestedAt", ""),
        allow_mass_delete=this.annotation(names.ALLOW_MASS_DELETE),
        history_limit=history_limit(len(this.pods)),
    ).to_data()
    try:
        await _write(this.resource, cluster, map_name, before, wanted)
    except ObjectTooLarge as error:
        this.maps_too_large = f"{error}; use fewer or smaller profiles"
        return
    this.requested_at_handled = wanted["requestedAt"]


async def _write(
    resource: GatewaySync, cluster: Cluster, map_name: str, before: dict[str, str] | None, wanted: dict[str, str]
) -> None:
    namespace = resource.metadata.namespace
    if before is None:
        await cluster.create(CONFIGMAPS, namespace, owned(resource, map_name) | {"data": wanted})
    elif before != wanted:
        stale = {key: None for key in before if key not in wanted}
        changed = {key: value for key, value in wanted.items() if before.get(key) != value}
        await cluster.patch(CONFIGMAPS, namespace, map_name, {"data": {**stale, **changed}})


async def _ensure_empty(resource: GatewaySync, cluster: Cluster, map_name: str) -> None:
    namespace = resource.metadata.namespace
    try:
        await cluster.get(CONFIGMAPS, namespace, map_name)
    except ObjectNotFound:
        try:
            await cluster.create(CONFIGMAPS, namespace, owned(resource, map_name) | {"data": {}})
        except AlreadyExists:
            return


def owned(resource: GatewaySync, name: str) -> dict[str, Any]:
    """The frame of an object that belongs to the resource and goes with it."""
    return {
        "metadata": {
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
    }
