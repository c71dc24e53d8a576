"""Service accounts with the roles of the chart, and tokens for them: who the manager and the agents are in the tests.

The roles are data in ``roles/``, one file for each of those who act; nothing here may grant more.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from stoker.api import names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.cluster.plane import Plane

MANAGER: Final = "stoker-controller-manager"
HOME: Final = "stoker-system"
"""The namespace of the release: where the manager's service account and its lease live."""
_RBAC: Final = "rbac.authorization.k8s.io"
_ROLES: Final = Path(__file__).with_name("roles")


def roles() -> list[dict[str, Any]]:
    """Every role, as the chart will have them."""
    return [document for file in sorted(_ROLES.glob("*.yaml")) for document in yaml.safe_load_all(file.read_text())]


def install(plane: Plane) -> None:
    """All roles, and the namespace of the release."""
    plane.admin.apply(*roles(), {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": HOME}})


def token_for(plane: Plane, namespace: str, account: str, *, seconds: int = 3600) -> str:
    """A token of a service account, which is made when it is absent. The API server gives none for less than 600 s."""
    plane.admin.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": _meta(account, namespace)})
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": seconds}}
    answer = plane.admin.create(f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token", body)
    return str(answer["status"]["token"])


def manager_token(plane: Plane, *, home: str = HOME, watched: Sequence[str] | None = None, seconds: int = 3600) -> str:
    """A token of the manager in the namespace ``home``.

    It may act in all namespaces, or, as with ``watchNamespaces``, in those of ``watched`` alone. Several managers that
    must not meet are several homes.
    """
    plane.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": home}})
    who = (home, MANAGER)
    plane.admin.apply(
        binding("stoker-manager-election", who, within=home),
        binding("stoker-manager-metrics", who),
        *([binding("stoker-manager", who)] if watched is None else []),
        *(binding("stoker-manager", who, within=namespace) for namespace in watched or ()),
    )
    return token_for(plane, home, MANAGER, seconds=seconds)


def agent_token(plane: Plane, namespace: str, account: str = "default", *, seconds: int = 3600) -> str:
    """A token of an agent whose service account is bound by us; leave it to the manager where that is what is tested."""
    plane.admin.apply(binding(names.AGENT_ROLE, (namespace, account), within=namespace))
    return token_for(plane, namespace, account, seconds=seconds)


def binding(role: str, subject: tuple[str, str], *, within: str = "") -> dict[str, Any]:
    """Binds a role to the service account (namespace, name), in one namespace or, without ``within``, everywhere."""
    namespace, account = subject
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "RoleBinding" if within else "ClusterRoleBinding",
        "metadata": _meta(f"{role}-{namespace}-{account}", within),
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": namespace}],
    }


def _meta(name: str, namespace: str) -> dict[str, str]:
    return {"name": name} | ({"namespace": namespace} if namespace else {})
