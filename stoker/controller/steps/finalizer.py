"""The finalizer: a deleted resource takes its ConfigMaps, its token Secret and its series with it; gateways keep their files.

A server judges the whole object with every write, so one that was stored under older rules could never lose its finalizer;
servers before 1.30 do not spare what stays unchanged. Its spec means nothing any more: it is replaced by one that passes.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from stoker.api import names
from stoker.errors import ObjectNotFound, ObjectRejected
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS, ROLEBINDINGS, SECRETS
from stoker.nursery.together import together
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from stoker.api.objects import GatewaySync
    from stoker.controller.outcome import Pass
    from stoker.kube.cluster import Cluster, Kind

LEAST: Final[dict[str, Any]] = {
    "git": {"repo": "https://deleted.invalid/deleted.git", "ref": "deleted"},
    "gateway": {"api": {"secretName": "deleted"}},
    "sync": {"profiles": {"deleted": {"mappings": [{"source": "deleted", "destination": "deleted"}]}}},
}
"""A spec that no rule refuses, for a resource that is going."""


async def ensure(this: Pass, cluster: Cluster) -> None:
    """Sets our finalizer. The list is one value in a merge patch, so it is written only over the version that was read."""
    meta = this.resource.metadata
    if names.FINALIZER not in meta.finalizers:
        await _write(this.resource, [*meta.finalizers, names.FINALIZER], cluster)


async def finalize(resource: GatewaySync, cluster: Cluster, *, bindings: bool = True) -> None:
    """Removes what the resource owned, then the finalizer; each may be gone already.

    Without ``bindings`` a RoleBinding of that name is somebody else's, and a manager that keeps none may not be allowed to
    delete one: asking would hold the resource for ever.
    """
    meta = resource.metadata
    if names.FINALIZER not in meta.finalizers:
        return
    name, namespace = meta.name, meta.namespace
    owned: list[tuple[Kind[Any], str]] = [
        (CONFIGMAPS, names.metadata_configmap(name)),
        (CONFIGMAPS, names.status_configmap(name)),
        (CONFIGMAPS, names.changes_configmap(name)),
    ]
    if bindings:
        owned.append((ROLEBINDINGS, names.agent_rolebinding(name)))
    if _uses_app(resource.spec):  # one that it used before is its owner's, and is collected
        owned.append((SECRETS, names.github_token_secret(name)))
    await together(*(_delete(cluster, kind, namespace, object_name) for kind, object_name in owned))
    left = [finalizer for finalizer in meta.finalizers if finalizer != names.FINALIZER]
    try:
        await _write(resource, left, cluster)
        return
    except ObjectRejected as error:
        get_logger("controller").warning(
            "finalizer_kept_by_a_rule", namespace=namespace, name=name, error=str(error), remedy="replacing its spec"
        )
    await _write(resource, left, cluster, spec=_replacing(resource.spec, LEAST))


async def _delete(cluster: Cluster, kind: Kind[Any], namespace: str, name: str) -> None:
    with suppress(ObjectNotFound):
        await cluster.delete(kind, namespace, name)


async def _write(
    resource: GatewaySync, finalizers: list[str], cluster: Cluster, *, spec: dict[str, Any] | None = None
) -> None:
    meta = resource.metadata
    patch: dict[str, Any] = {"metadata": {"finalizers": finalizers, "resourceVersion": meta.resource_version}}
    if spec is not None:
        patch["spec"] = spec
    try:
        await cluster.patch(GATEWAYSYNCS, meta.namespace, meta.name, patch)
    except ObjectNotFound:
        return  # it is gone already: by another hand, or by a write of ours whose answer was lost


def _uses_app(spec: Any) -> bool:
    """Of a spec that nobody has judged."""
    for key in ("git", "auth", "githubApp"):
        spec = spec.get(key) if isinstance(spec, dict) else None
    return spec is not None


def _replacing(present: Any, wanted: dict[str, Any]) -> dict[str, Any]:
    """The merge patch that makes ``wanted`` of ``present``."""
    here = present if isinstance(present, dict) else {}
    patch: dict[str, Any] = {key: None for key in here if key not in wanted}
    for key, value in wanted.items():
        patch[key] = _replacing(here.get(key), value) if isinstance(value, dict) else value
    return patch
