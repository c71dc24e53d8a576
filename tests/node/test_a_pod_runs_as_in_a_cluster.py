"""The node itself: a native sidecar holds the main container back until its startup probe passes; logs and exec work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.manager.process import until
from tests.node.boxes import BOX

if TYPE_CHECKING:
    from tests.cluster.client import Json
    from tests.node.node import Node

PATH = "/api/v1/namespaces/default/pods/gated"


@pytest.fixture
def pod(node: Node) -> Json:
    """A sidecar whose probe passes once a file is there."""
    shared: dict[str, Any] = {"image": BOX, "imagePullPolicy": "IfNotPresent"}
    probe = {"exec": {"command": ["test", "-e", "/tmp/open"]}, "periodSeconds": 1, "failureThreshold": 60}
    sidecar = {"name": "gate", "restartPolicy": "Always", "startupProbe": probe, "command": ["sleep", "1000"], **shared}
    main = {"name": "main", "command": ["sh", "-c", "echo I run as $(id -u); sleep 1000"], **shared}
    security = {"runAsUser": 2003, "runAsGroup": 2003, "runAsNonRoot": True}
    spec = {
        "initContainers": [sidecar],
        "containers": [main],
        "securityContext": security,
        "terminationGracePeriodSeconds": 0,
    }
    spec |= {"volumes": [{"name": "tmp", "emptyDir": {}}]}
    for container in (sidecar, main):
        container["volumeMounts"] = [{"name": "tmp", "mountPath": "/tmp"}]
    return node.plane.admin.apply(
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "gated", "namespace": "default"}, "spec": spec}
    )[0]


def test_a_sidecar_holds_the_main_container_back_until_its_probe_passes(node: Node, pod: Json) -> None:
    def states(kind: str) -> dict[str, Any]:
        found: dict[str, Any] = node.plane.admin.get(PATH)["status"].get(kind, [{}])[0].get("state", {})
        return found

    kubectl = node.kubectl("default")
    until(lambda: "running" in states("initContainerStatuses"), "the sidecar runs")
    assert "running" not in states("containerStatuses")
    kubectl("exec", "gated", "-c", "gate", "--", "touch", "/tmp/open")
    until(lambda: "running" in states("containerStatuses"), "the main container runs")
    assert kubectl("logs", "gated", "-c", "main") == "I run as 2003\n"
    kubectl("delete", "pod", "gated")


def test_pods_go_on_while_kubelet_and_containerd_are_killed_and_started_again(node: Node) -> None:
    box: dict[str, Any] = {"name": "main", "image": BOX, "imagePullPolicy": "IfNotPresent"}
    spec = {"containers": [box], "terminationGracePeriodSeconds": 0}
    meta = {"name": "lasting", "namespace": "default"}
    node.plane.admin.apply({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec})

    def began() -> Any:
        status = node.plane.admin.get("/api/v1/namespaces/default/pods/lasting")["status"]
        return status.get("containerStatuses", [{}])[0].get("state", {}).get("running", {}).get("startedAt")

    at = until(began, "it runs")
    node.restart()
    kubectl = node.kubectl("default")
    until(lambda: kubectl.run("exec", "lasting", "--", "true").returncode == 0, "the new kubelet knows it")
    assert began() == at
    kubectl("delete", "pod", "lasting")
