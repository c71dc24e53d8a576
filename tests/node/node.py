"""One node with its control plane, all of it in the machine's own namespaces: made, restarted and ended as a whole."""

from __future__ import annotations

import json
import os
import signal
import time
from typing import TYPE_CHECKING, Any, Final

from tests.cluster import binaries
from tests.cluster.client import RefusedError
from tests.cluster.kubectl import Kubectl
from tests.cluster.plane import Place, Plane
from tests.node import init
from tests.node.boxes import write_box
from tests.node.engine import Engine
from tests.node.machine import PATIENCE, Machine, children, runs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAME: Final = "node"
ETCD_PORTS: Final = (2379, 2380)
PORT: Final = 443
"""Of the API server: nothing stands between the Service `kubernetes` and the server itself."""


class NodeError(Exception):
    """The node does not become ready; the end of the kubelet's log is the message."""


class Node:
    """``plane`` is its control plane; ``prepare`` as there."""

    def __init__(self, *, prepare: Callable[[Plane], None]) -> None:
        self.machine = Machine()
        self._plane: Plane | None = None
        try:
            self.engine = Engine(self.machine)
            self.engine.start()
            self.engine.load(write_box(self.machine.directory / "box.tar"))
            place = Place(
                address=init.SERVICES,
                ports=(*ETCD_PORTS, PORT),
                entering=tuple(self.machine.inside(processes=False)),
                dial=self.machine.dial,
                node=True,
            )
            self._plane = Plane(binaries.found(), apiserver=["--authorization-mode=Node"], prepare=prepare, place=place)
            self._config = self._kubelet_config()
            self._identity = self.plane.identity("kubelet", user=f"system:node:{NAME}", group="system:nodes")
            self.log = self.machine.directory / "kubelet.log"
            self._start_kubelet()
        except BaseException:
            self.close()
            raise

    @property
    def plane(self) -> Plane:
        """Its API server and controllers."""
        assert self._plane is not None
        return self._plane

    def kubectl(self, namespace: str = "") -> Kubectl:
        """As administrator."""
        return Kubectl(self.plane, self.plane.kubeconfig, namespace)

    def load(self, archive: Path) -> None:
        """The images of an archive, by their names there."""
        self.engine.load(archive)

    def kill(self, namespace: str, pod: str, container: str) -> None:
        """SIGKILL to a container's first process, as the kernel does when memory ends."""
        self.engine.signal(self.container(namespace, pod, container), signal.SIGKILL)

    def container(self, namespace: str, pod: str, container: str) -> str:
        """The engine's name for it."""
        status = self.plane.admin.get(f"/api/v1/namespaces/{namespace}/pods/{pod}")["status"]
        known = [*status.get("initContainerStatuses", []), *status["containerStatuses"]]
        (one,) = [str(each["containerID"]) for each in known if each["name"] == container]
        return one.removeprefix("containerd://")

    def restart(self) -> None:
        """Kills kubelet and containerd and starts them again: the pods go on meanwhile, as on a node that is updated."""
        for pid in (*children(self._kubelet), self.engine.pid):
            os.kill(pid, signal.SIGKILL)
        self._until(lambda: not runs(self._kubelet), "the kubelet ends")
        self.engine.start()
        self._start_kubelet()

    def boot(self) -> None:
        """Ends every process of the node at once, its pods' too, and starts it again: as after a power cut. Disks stay, and
        what was in memory is gone; the API server goes on, for it is another machine's in a larger cluster.
        """
        self.machine.cut_power(self.machine.directory / "kubelet")
        self._until(lambda: not runs(self._kubelet), "the kubelet ends")
        self.engine.start()
        self._start_kubelet()

    def close(self) -> None:
        """Ends everything."""
        if self._plane is not None:
            self._plane.close()
        self.machine.close()

    def _start_kubelet(self) -> None:
        words = [
            f"{self.plane.binaries}/kubelet",
            f"--config={self._config}",
            f"--kubeconfig={self._identity}",
            f"--root-dir={self.machine.directory}/kubelet",
            f"--cert-dir={self.machine.directory}/kubelet-pki",
            f"--hostname-override={NAME}",
            f"--node-ip={init.NODE}",
        ]
        with self.log.open("ab") as log:
            self._kubelet = self.machine.start(words, log)
        self._until(self._is_ready, "the node is ready")

    def _is_ready(self) -> bool:
        try:
            conditions = self.plane.admin.get(f"/api/v1/nodes/{NAME}")["status"]["conditions"]
            taints = self.plane.admin.get(f"/api/v1/nodes/{NAME}")["spec"].get("taints")
        except RefusedError:
            return False
        return not taints and any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)

    def _until(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise NodeError(f"not within {PATIENCE:g} s: {what}\n{self.log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.05)

    def _kubelet_config(self) -> Path:
        """As JSON, which is YAML: for a machine with either kind of cgroups, which is nobody else's node."""
        directory = self.machine.directory
        (directory / "resolv.conf").touch()
        signals = (
            "memory.available",
            "nodefs.available",
            "nodefs.inodesFree",
            "imagefs.available",
            "imagefs.inodesFree",
        )
        config: dict[str, Any] = {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "containerRuntimeEndpoint": f"unix://{self.engine.socket}",
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": f"/{directory.name}",
            "failCgroupV1": False,
            "failSwapOn": False,
            "oomScoreAdj": 0,
            "maxOpenFiles": 20000,
            "makeIPTablesUtilChains": False,
            "enableControllerAttachDetach": False,
            "imageGCHighThresholdPercent": 100,
            "evictionHard": dict.fromkeys(signals, "0%"),
            "authentication": {
                "anonymous": {"enabled": False},
                "webhook": {"enabled": False},
                "x509": {"clientCAFile": str(self.plane.ca)},
            },
            "authorization": {"mode": "AlwaysAllow"},
            "resolvConf": str(directory / "resolv.conf"),
            "volumePluginDir": str(directory / "plugins"),
        }
        path = directory / "kubelet.json"
        path.write_text(json.dumps(config), encoding="utf-8")
        return path
