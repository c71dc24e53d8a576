"""A node with the image and the chart on it, and a plant in it; one story, told by the tests in their order."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.binaries import found
from tests.cluster.chart import CHART, RELEASE
from tests.e2e import plant
from tests.fakes.gitrepos import make_origin
from tests.manager.process import until
from tests.node.node import Node

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.kubectl import Kubectl
    from tests.fakes.gitrepos import Origin
    from tests.image.archive import Archive

HOME = "stoker-system"
VALUES = {
    "image": {"repository": plant.IMAGE, "tag": plant.TAG},
    "replicaCount": 2,
    "webhookReceiver": {"enabled": True, "hmac": {"secret": plant.SECRET}},
}


@dataclass
class Cluster:
    """What the story is told in. ``data`` is the gateway's data directory, ``url`` where pods find the git server."""

    node: Node
    origin: Origin
    url: str
    data: Path

    @property
    def kubectl(self) -> Kubectl:
        """In the plant's namespace."""
        return self.node.kubectl(plant.NAMESPACE)

    def helm(self, *words: str) -> str:
        """As a user types it."""
        program = found().helm
        assert program is not None
        home = self.node.machine.directory
        env = {"HOME": str(home), "PATH": os.environ["PATH"], "KUBECONFIG": str(self.node.plane.kubeconfig)}
        command = [*self.node.plane.entering, str(program), *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=env)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def receiver(self) -> tuple[str, int]:
        """One endpoint of the receiver's Service."""

        def ready() -> Any:
            where = f"/api/v1/namespaces/{HOME}/endpoints/{RELEASE}-webhook-receiver"
            subsets = self.node.plane.admin.get(where).get("subsets", [{}])
            return [(one["ip"], subsets[0]["ports"][0]["port"]) for one in subsets[0].get("addresses", [])]

        address: tuple[str, int] = until(ready, "a ready replica behind the receiver's Service")[0]
        return address

    def resource(self) -> dict[str, Any]:
        """As the API server has it."""
        return dict(json.loads(self.kubectl("get", "gs", plant.CR, "-o", "json")))

    def gateway(self) -> dict[str, Any]:
        """What the resource's status says of the one gateway."""
        gateways = self.resource().get("status", {}).get("discoveredGateways") or [{}]
        return dict(gateways[0])


@pytest.fixture(scope="session")
def cluster(archive: Archive, node_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Installed and everything applied; at the end all of it is gone with the node."""
    root = tmp_path_factory.mktemp("srv")
    origin = make_origin(root / "plant.git")
    origin.commit(
        {"projects/line1/project.json": '{"title": "Line 1"}\n', "projects/line1/a.txt": "one\n"}, message="first"
    )
    node = Node(prepare=lambda _: None)
    try:
        node.load(archive.path)
        with plant.served(node.machine, root) as server:
            made = Cluster(node, origin, server.url, node.machine.directory / "data-0")
            for namespace in (HOME, plant.NAMESPACE):
                node.plane.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
            _install(made)
            documents = [plant.account(), plant.api_key(), plant.volume(made.data), plant.resource(server.url)]
            for document in (*documents, plant.stateful_set()):
                made.kubectl("apply", "-f-", stdin=document)
            yield made
    finally:
        node.close()


def _install(cluster: Cluster) -> None:
    """As users type it; returns once both replicas serve, and the API server was told whom to trust."""
    cluster.helm("install", RELEASE, str(CHART), f"--namespace={HOME}", f"--set-json={_json()}")
    home = cluster.node.kubectl(HOME)
    home("wait", f"deployment/{RELEASE}-controller-manager", "--for=condition=Available", "--timeout=55s")
    path = f"/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/{RELEASE}-pod-injection"

    def told() -> bool:
        return bool(cluster.node.plane.admin.get(path)["webhooks"][0]["clientConfig"].get("caBundle"))

    until(told, "the API server is told whom to trust")


def _json() -> str:
    return ",".join(f"{key}={json.dumps(value)}" for key, value in VALUES.items())
