"""Where the control plane's programs are, or one line that says why there are none and how to get them."""

from __future__ import annotations

import functools
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Binaries:
    """``directory`` is None when there are none; ``missing`` says why, or what a folder of somebody else's lacks."""

    directory: Path | None
    missing: str = ""

    @property
    def has_controllers(self) -> bool:
        """Whether owned objects are collected and namespaces deleted: KUBEBUILDER_ASSETS seldom has their manager."""
        return self.directory is not None and (self.directory / "kube-controller-manager").exists()


@functools.cache
def found() -> Binaries:
    """What ``scripts/control-plane`` names without building anything."""
    command = [str(ROOT / "scripts/control-plane"), "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        return Binaries(None, " ".join(done.stderr.split()).removeprefix("control plane: "))
    binaries = Binaries(Path(done.stdout.strip()))
    if binaries.has_controllers:
        return binaries
    return Binaries(binaries.directory, f"there is no kube-controller-manager in {binaries.directory}")
