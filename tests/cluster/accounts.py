"""Service accounts with the roles of the chart, and tokens for them: who the manager and the agents are in the tests.

The roles are those of the rendered chart, and nothing here may grant more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from stoker.api import names
from tests.cluster.chart import RELEASE, rendered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.cluster.plane import Plane

MANAGER: Final = f"{RELEASE}-controller-manager"
READER: Final = f"{RELEASE}-metrics-reader"
HOME: Final = "stoker-system"
"""The namespace of the release: where the manager's service account and its lease live."""
_RBAC: Final = "rbac.authorization.k8s.io"
_RIGHTS: Final = {"ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"}
_VALUES: Final = {"rbac": {"legacyAgents": False}, "webhook": {"enabled": False}}
"""Without the rights that only agents of older releases use, and those over certificates, which no manager of the tests makes."""


def rights(home: str = HOME, watched: Sequence[str] | None = None, **values: Any) -> list[dict[str, Any]]:
    """Every object of the chart that gives somebody a right; ``values`` beside those of the tests.

    Bindings are named after the home, for a cluster of the tests has many releases of one name.
    """
    values = {**_VALUES, "watchNamespaces": list(watched or ()), **values}
    found = [one for one in rendered(values, namespace=home) if one["kind"] in _RIGHTS]
    for one in found:
        if one["kind"].endswith("Binding"):
            one["metadata"]["name"] += f"-{home}"
    return found


def install(plane: Plane) -> None:
    """The roles that are there once for the cluster, and the namespace of the release."""
    plane.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": HOME}})
    plane.admin.apply(*(one for one in rights() if one["kind"] == "ClusterRole"))


def token_for(plane: Plane, namespace: str, account: str, *, seconds: int = 3600) -> str:
    """A token of a service account, which is made when it is absent. The API server gives none for less than 600 s."""
    plane.admin.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": _meta(account, namespace)})
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": seconds}}
    answer = plane.admin.create(f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token", body)
    return str(answer["status"]["token"])


def manager_token(
    plane: Plane,
    *,
    home: str = HOME,
    watched: Sequence[str] | None = None,
    seconds: int = 3600,
    binds: bool = True,
    elects: bool = True,
) -> str:
    """A token of the manager in the namespace ``home``.

    It may act in all namespaces, or, as with ``watchNamespaces``, in those of ``watched`` alone. Several managers that
    must not meet are several homes. Without ``binds`` it has no right on RoleBindings, as with ``rbac.autoBindAgent`` off,
    and without ``elects`` none on Leases.
    """
    values: dict[str, Any] = {"leaderElection": {"enabled": elects}}
    values |= {} if binds else {"rbac": {**_VALUES["rbac"], "autoBindAgent": {"enabled": False}}}
    plane.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": home}})
    plane.admin.apply(*(one for one in rights(home, watched, **values) if one["kind"] != "ClusterRole"))
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
