"""What the other tests rely on: a stamped version, rights that are refused, owners that are followed, parts that come back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.api.samples import LEAST
from tests.cluster import accounts
from tests.cluster.client import RefusedError
from tests.cluster.plane import APISERVER, ETCD

if TYPE_CHECKING:
    from tests.cluster.kubectl import Kubectl
    from tests.cluster.plane import Plane
    from tests.cluster.plugin import MakePlane


def resource(namespace: str, name: str = "plant") -> dict[str, Any]:
    meta = {"name": name, "namespace": namespace}
    return {"apiVersion": "stoker.io/v1alpha1", "kind": "GatewaySync", "metadata": meta, "spec": LEAST}


def owned(namespace: str, owner: dict[str, Any]) -> dict[str, Any]:
    reference = {key: owner[key] for key in ("apiVersion", "kind")} | {
        key: owner["metadata"][key] for key in ("name", "uid")
    }
    meta = {"name": "owned", "namespace": namespace, "ownerReferences": [reference]}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}


def test_client_and_server_know_their_version(kubectl: Kubectl) -> None:
    told = kubectl("version", "-o", "yaml")
    assert told.count("gitVersion: v1.") == 2
    assert "v0.0.0" not in told


def test_whoever_has_no_role_is_refused(plane: Plane, namespace: str, kubectl: Kubectl) -> None:
    nobody = kubectl.bearing(accounts.token_for(plane, namespace, "nobody"))
    assert "cannot list resource" in nobody.run("get", "gs").stderr
    assert f"system:serviceaccount:{namespace}:nobody" in nobody("auth", "whoami")


def test_an_agent_may_patch_configmaps_and_not_create_them(plane: Plane, namespace: str, kubectl: Kubectl) -> None:
    agent = kubectl.bearing(accounts.agent_token(plane, namespace))
    kubectl("create", "configmap", "given")
    agent("patch", "configmap", "given", "--type=merge", "-p", '{"data": {"a": "b"}}')
    assert "cannot create resource" in agent.run("create", "configmap", "own").stderr


def test_a_manager_of_named_namespaces_is_refused_elsewhere(plane: Plane, namespace: str, kubectl: Kubectl) -> None:
    manager = kubectl.bearing(accounts.manager_token(plane, home=f"{namespace}-home", watched=[namespace]))
    assert manager.run("get", "pods").returncode == 0
    assert "cannot list resource" in manager.run("get", "pods", "--all-namespaces").stderr


def test_a_manager_reads_secrets_by_name_only(plane: Plane, namespace: str, kubectl: Kubectl) -> None:
    manager = kubectl.bearing(accounts.manager_token(plane, home=f"{namespace}-home"))
    kubectl("create", "secret", "generic", "key", "--from-literal=a=b")
    assert manager("get", "secret", "key", "-o", "name") == "secret/key\n"
    assert "cannot list resource" in manager.run("get", "secrets").stderr


@pytest.mark.parametrize(
    ("role", "allowed"), [("stoker-agent", True), ("cluster-admin", False), ("system:node", False)]
)
def test_a_manager_binds_the_agents_role_and_no_other(
    plane: Plane, namespace: str, kubectl: Kubectl, role: str, allowed: bool
) -> None:
    manager = kubectl.bearing(accounts.manager_token(plane, home=f"{namespace}-home"))
    bound = manager.run("create", "rolebinding", "b", f"--clusterrole={role}", f"--serviceaccount={namespace}:default")
    assert (bound.returncode == 0) is allowed, bound.stderr


def test_what_a_resource_owns_goes_with_it(collector: Plane, namespace: str) -> None:
    (owner,) = collector.admin.apply(resource(namespace))
    collector.admin.apply(owned(namespace, owner))
    collector.admin.delete(f"/apis/stoker.io/v1alpha1/namespaces/{namespace}/gatewaysyncs/plant")
    collector.wait_until(lambda: not collector.admin.answers(f"/api/v1/namespaces/{namespace}/configmaps/owned"))


def test_a_pod_can_be_made_in_a_fresh_namespace_at_once(plane: Plane, namespace: str) -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "gateway", "namespace": namespace},
        "spec": {"containers": [{"name": "gateway", "image": "ignition"}]},
    }
    (made,) = plane.admin.apply(pod)
    assert made["spec"]["serviceAccountName"] == "default"


def test_killed_parts_come_back_with_what_was_stored(make_plane: MakePlane) -> None:
    plane = make_plane()
    plane.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kept"}})
    for part in (APISERVER, ETCD):
        gone = plane.pid(part)
        plane.restart(part)
        assert plane.pid(part) != gone
    plane.wait_until(lambda: plane.admin.answers("/readyz"))
    assert plane.admin.get("/api/v1/namespaces/kept")["status"]["phase"] == "Active"


def test_an_argument_reaches_the_api_server(make_plane: MakePlane) -> None:
    plane = make_plane(apiserver=["--max-requests-inflight=7"], prepare=lambda _: None)
    with pytest.raises(RefusedError):
        plane.admin.get("/apis/stoker.io/v1alpha1/gatewaysyncs")
    assert b"--max-requests-inflight=7" in Path(f"/proc/{plane.pid(APISERVER)}/cmdline").read_bytes()
