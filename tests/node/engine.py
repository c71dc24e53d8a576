"""containerd as a node's process: its configuration, and images brought to it from archives."""

from __future__ import annotations

import json
import subprocess
import time
from typing import TYPE_CHECKING, Final

from tests.node.boxes import BOX
from tests.node.machine import PATIENCE, children, runs
from tests.node.needs import PLUGINS

if TYPE_CHECKING:
    import signal
    from pathlib import Path

    from tests.node.machine import Machine

PODS: Final = "10.98.0.0/16"
_CRI: Final = 'plugins."io.containerd.grpc.v1.cri"'


class EngineError(Exception):
    """It does not come up; the end of its log is the message."""


class Engine:
    """``socket`` is where a kubelet finds it. What it keeps survives a restart, as on a machine that is booted anew."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.socket = machine.directory / "containerd.sock"
        self.log = machine.directory / "containerd.log"
        self._config = _written(machine.directory, self.socket)
        self._waiting = 0

    def start(self) -> None:
        """Until it answers; EngineError."""
        with self.log.open("ab") as log:
            self._waiting = self._machine.start(["containerd", f"--config={self._config}"], log)
        deadline = time.monotonic() + PATIENCE
        while self._ctr("version").returncode:
            if time.monotonic() > deadline or not runs(self._waiting):
                raise EngineError(self.log.read_text(errors="replace")[-3000:])
            time.sleep(0.05)

    @property
    def pid(self) -> int:
        """Its process id here."""
        return children(self._waiting)[0]

    def load(self, archive: Path) -> None:
        """An image, or several, by the names that its archive has."""
        done = self._ctr("images", "import", str(archive))
        if done.returncode:
            raise EngineError(done.stderr)

    def signal(self, container: str, number: signal.Signals) -> None:
        """To its first process."""
        done = self._ctr("tasks", "kill", f"--signal={number.name}", container)
        if done.returncode:
            raise EngineError(done.stderr)

    def _ctr(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [*self._machine.inside(processes=True), "ctr", f"--address={self.socket}", "--namespace=k8s.io"]
        return subprocess.run([*command, *words], capture_output=True, text=True, check=False, timeout=120)


def _written(directory: Path, socket: Path) -> Path:
    networks = directory / "networks"
    networks.mkdir()
    bridge = {
        "type": "bridge",
        "bridge": "pods0",
        "isGateway": True,
        "hairpinMode": True,
        "ipam": {
            "type": "host-local",
            "ranges": [[{"subnet": PODS}]],
            "routes": [{"dst": "0.0.0.0/0"}],
            "dataDir": str(directory / "addresses"),
        },
    }
    network = {"cniVersion": "0.4.0", "name": "pods", "plugins": [bridge]}
    (networks / "10-pods.conflist").write_text(json.dumps(network), encoding="utf-8")
    unused = [f"io.containerd.snapshotter.v1.{name}" for name in ("aufs", "btrfs", "devmapper", "zfs")]
    path = directory / "containerd.toml"
    path.write_text(
        f"""\
version = 2
root = "{directory}/containerd"
state = "/run/containerd"
oom_score = 0
disabled_plugins = {json.dumps([*unused, "io.containerd.internal.v1.opt"])}

[grpc]
address = "{socket}"

[{_CRI}]
sandbox_image = "{BOX}"
restrict_oom_score_adj = true
disable_apparmor = true

[{_CRI}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[{_CRI}.containerd.runtimes.runc.options]
SystemdCgroup = false

[{_CRI}.cni]
bin_dir = "{PLUGINS}"
conf_dir = "{networks}"
""",
        encoding="utf-8",
    )
    return path
