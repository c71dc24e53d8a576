"""The agents' permission: one RoleBinding whose subjects follow the service accounts of the resource's pods, in any phase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from stoker.api import names
from stoker.controller.owned import frame, mending
from stoker.controller.steps import discovery
from stoker.errors import ObjectNotFound
from stoker.kube.cluster import ROLEBINDINGS

if TYPE_CHECKING:
    from stoker.controller.outcome import Pass
    from stoker.kube.cluster import Cluster

ROLE = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": names.AGENT_ROLE}


async def bind(this: Pass, cluster: Cluster) -> None:
    """Creates, follows, or recreates (a roleRef cannot be changed) the binding; pods that are not known leave it as it is."""
    namespace, name = this.key
    accounts = discovery.accounts(this)
    if accounts is None:
        return
    subjects = [
        {"kind": "ServiceAccount", "name": account, "namespace": namespace} for account in accounts or ["default"]
    ]
    binding = names.agent_rolebinding(name)
    metadata = frame(this.resource, binding) | {
        "labels": {
            names.MANAGED_BY_LABEL: names.ROLEBINDING_MANAGED_BY,
            names.ROLEBINDING_LABEL: name,
            names.CR_NAME: name,
        }
    }
    body: dict[str, Any] = {"metadata": metadata, "roleRef": ROLE, "subjects": subjects}
    try:
        present = await cluster.get(ROLEBINDINGS, namespace, binding)
    except ObjectNotFound:
        await cluster.create(ROLEBINDINGS, namespace, body)
        return
    if (present.role_ref.kind, present.role_ref.name) != (ROLE["kind"], ROLE["name"]):
        await cluster.delete(ROLEBINDINGS, namespace, binding, uid=present.metadata.uid)
        await cluster.create(ROLEBINDINGS, namespace, body)
        return
    patch: dict[str, Any] = {}
    if msgspec.to_builtins(present.subjects) != subjects:
        patch["subjects"] = subjects
    metadata_patch = mending(present.metadata, metadata)
    if metadata_patch:
        patch["metadata"] = metadata_patch
    if patch:
        await cluster.patch(ROLEBINDINGS, namespace, binding, patch)
