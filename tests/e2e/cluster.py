"""The cluster that the story is told in: a node with the image on it, the chart installed as users type it, a git server."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tests.cluster.binaries import found
from tests.cluster.chart import CHART, RELEASE
from tests.cluster.client import RefusedError
from tests.e2e import plant
from tests.fakes.githttp import Behaviour, HttpBackend
from tests.fakes.gitservers import HttpServer, Tracking, running
from tests.manager.process import until
from tests.node import init

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.client import AdminClient, Json
    from tests.cluster.kubectl import Kubectl
    from tests.node.machine import Machine
    from tests.node.node import Node

HOME: Final = "stoker-system"
MANAGER: Final = f"{RELEASE}-controller-manager"
CERTIFICATE: Final = f"{RELEASE}-webhook-cert"
SECRET: Final = "a-secret-of-the-push-sender"
VALUES: Final = {
    "image": {"repository": plant.IMAGE, "tag": plant.TAG},
    "replicaCount": 2,
    "webhookReceiver": {"enabled": True, "hmac": {"secret": SECRET}},
}
_GIT_PORT: Final = 8418
_HELM_SECONDS: Final = 120.0


@dataclass(frozen=True)
class Cluster:
    """``repositories`` is the folder of which ``git`` serves all, by names below its URL."""

    node: Node
    repositories: Path
    git: HttpServer

    @property
    def admin(self) -> AdminClient:
        """As cluster administrator."""
        return self.node.plane.admin

    @property
    def home(self) -> Kubectl:
        """Where the release is."""
        return self.node.kubectl(HOME)

    def namespace(self, name: str) -> None:
        """Makes one."""
        self.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})

    def helm(self, *words: str) -> str:
        """As a user types it."""
        program = found().helm
        assert program is not None
        env = {
            "HOME": str(self.node.machine.directory),
            "PATH": os.environ["PATH"],
            "KUBECONFIG": str(self.node.plane.kubeconfig),
        }
        command = [*self.node.plane.entering, str(program), *words, f"--namespace={HOME}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_HELM_SECONDS, env=env)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def install(self) -> None:
        """As users type it; returns once both replicas serve, and the API server was told whom to trust."""
        values = ",".join(f"{key}={json.dumps(value)}" for key, value in VALUES.items())
        self.helm("install", RELEASE, str(CHART), f"--set-json={values}")
        self.home("wait", f"deployment/{MANAGER}", "--for=condition=Available", "--timeout=55s")
        path = f"/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/{RELEASE}-pod-injection"

        def told() -> bool:
            return bool(self.admin.get(path)["webhooks"][0]["clientConfig"].get("caBundle"))

        until(told, "the API server is told whom to trust")

    def keep_logs(self) -> Path:
        """The folder with a file for each container that ever lived: what was there when this was called goes on being
        written there, also when its pod goes.
        """
        kept = self.node.machine.directory / "kept-logs"
        kept.mkdir(exist_ok=True)
        for log in (self.node.machine.directory / "log/pods").glob("*/*/*.log"):
            with contextlib.suppress(FileExistsError):
                (kept / "_".join(log.parts[-3:])).hardlink_to(log)
        return kept

    def pod(self, namespace: str, name: str) -> Json:
        """As the API server has it; empty while there is none."""
        with contextlib.suppress(RefusedError):
            return self.admin.get(f"/api/v1/namespaces/{namespace}/pods/{name}")
        return {}

    def managers(self) -> dict[str, str]:
        """The replicas that are ready and shall stay: name to address."""
        pods = self.admin.get(f"/api/v1/namespaces/{HOME}/pods")["items"]
        return {pod["metadata"]["name"]: pod["status"]["podIP"] for pod in pods if ready(pod)}

    def leader(self) -> str:
        """The pod that leads, as its lease says."""
        lease = self.admin.get(f"/apis/coordination.k8s.io/v1/namespaces/{HOME}/leases/a86165bb.stoker.io")
        return str(lease["spec"]["holderIdentity"].split("_")[0])

    def receivers(self) -> dict[str, tuple[str, int]]:
        """What the receiver's Service has behind it now: the name of the pod to its address."""
        where = f"/api/v1/namespaces/{HOME}/endpoints/{RELEASE}-webhook-receiver"
        subsets: list[dict[str, Any]] = self.admin.get(where).get("subsets", [])
        return {
            one["targetRef"]["name"]: (one["ip"], subset["ports"][0]["port"])
            for subset in subsets
            for one in subset.get("addresses", [])
        }


def ready(pod: Json) -> bool:
    """Whether it is, and nobody has deleted it."""
    conditions = pod.get("status", {}).get("conditions", [])
    held = any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
    return held and "deletionTimestamp" not in pod["metadata"]


@contextlib.contextmanager
def served(machine: Machine, root: Path) -> Iterator[HttpServer]:
    """The repositories below ``root``, over HTTP in the node's network; pods reach it at the node's address."""
    answers = HttpServer(f"http://{init.NODE}:{_GIT_PORT}", Behaviour())
    handler = type("Handler", (HttpBackend,), {"root": root, "served": answers})
    server = Tracking((init.NODE, _GIT_PORT), handler, False)
    server.socket.close()
    server.socket = machine.tcp()
    server.server_bind()
    server.server_activate()
    with running(server):
        yield answers
