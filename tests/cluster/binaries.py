"""Where the control plane's programs and helm are, or one line that says what is missing and how to get it."""

from __future__ import annotations

import functools
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Binaries:
    """``directory`` is None when there are none; ``missing`` says why, or what a folder of somebody else's lacks.

    ``helm`` belongs to them, for who acts on a plane has the rights that the chart gives.
    """

    directory: Path | None
    missing: str = ""
    helm: Path | None = None

    @property
    def has_controllers(self) -> bool:
        """Whether owned objects are collected and namespaces deleted: KUBEBUILDER_ASSETS seldom has their manager."""
        return self.directory is not None and (self.directory / "kube-controller-manager").exists()


@functools.cache
def found() -> Binaries:
    """What ``scripts/control-plane`` and ``scripts/helm`` name without building anything."""
    helm, lacking = _asked("helm")
    plane, missing = _asked("control-plane")
    if plane is None or helm is None:
        return Binaries(None, missing or lacking, helm)
    binaries = Binaries(plane, helm=helm)
    if binaries.has_controllers:
        return binaries
    return Binaries(plane, f"there is no kube-controller-manager in {plane}", helm)


def _asked(script: str) -> tuple[Path | None, str]:
    command = [str(ROOT / "scripts" / script), "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        return None, " ".join(done.stderr.split()).removeprefix("control plane: ")
    return Path(done.stdout.strip()), ""
