"""The agents' permission: one RoleBinding whose subjects follow the service accounts of the resource's pods, in any phase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from stoker.api import names
from stoker.controller.steps.metadata import owned
from stoker.errors import ObjectNotFound
from stoker.kube.cluster import ROLEBINDINGS

if TYPE_CHECKING:
    from stoker.controller.outcome import Pass
    from stoker.kube.cluster import Cluster

ROLE = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": names.AGENT_ROLE}


async def bind(this: Pass, cluster: Cluster) -> None:
    """Creates, follows, or recreates (a roleRef cannot be changed) the binding."""
    namespace, name = this.key
    accounts = sorted({pod.spec.service_account_name or "default" for pod in this.pods}) or ["default"]
    subjects = [{"kind": "ServiceAccount", "name": account, "namespace": namespace} for account in accounts]
    binding = names.agent_rolebinding(name)
    body: dict[str, Any] = owned(this.resource, binding) | {"roleRef": ROLE, "subjects": subjects}
    body["metadata"]["labels"] = {
        names.MANAGED_BY_LABEL: names.ROLEBINDING_MANAGED_BY,
        names.ROLEBINDING_LABEL: name,
        names.CR_NAME: name,
    }
    try:
        present = await cluster.get(ROLEBINDINGS, namespace, binding)
    except ObjectNotFound:
        await cluster.create(ROLEBINDINGS, namespace, body)
        return
    if present.role_ref.name != names.AGENT_ROLE or present.role_ref.kind != "ClusterRole":
        await cluster.delete(ROLEBINDINGS, namespace, binding, uid=present.metadata.uid)
        await cluster.create(ROLEBINDINGS, namespace, body)
    elif msgspec.to_builtins(present.subjects) != subjects:
        await cluster.patch(ROLEBINDINGS, namespace, binding, {"subjects": subjects})
