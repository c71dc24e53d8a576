"""What a node is made of, and one line that says what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from tests.cluster import binaries

PLUGINS: Final = Path("/usr/lib/cni")
"""Where Debian's package has the CNI plugins."""
BUSYBOX: Final = Path("/bin/busybox")
_PACKAGES: Final = {
    "containerd": "containerd",
    "ctr": "containerd",
    "runc": "runc",
    "ip": "iproute2",
    "unshare": "util-linux",
}
_NAMESPACES: Final = ("unshare", "--net", "--mount", "--pid", "--fork", "true")
_PATH: Final = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def missing() -> str:
    """Empty when a node can be made here."""
    found = binaries.found()
    if found.directory is None or not found.has_controllers:
        return found.missing
    if not (found.directory / "kubelet").exists():
        return f"there is no kubelet in {found.directory}; unset KUBEBUILDER_ASSETS and run: make control-plane"
    if os.geteuid() != 0:
        return "a node needs root: namespaces, mounts and cgroups of its own"
    if subprocess.run(_NAMESPACES, capture_output=True, check=False, timeout=30).returncode:
        return "a node needs namespaces, and this root may make none; run the tests in a privileged container"
    lacking = {package for tool, package in _PACKAGES.items() if shutil.which(tool, path=_PATH) is None}
    lacking |= set() if (PLUGINS / "bridge").exists() else {"containernetworking-plugins"}
    lacking |= set() if BUSYBOX.exists() and _is_static(BUSYBOX) else {"busybox-static"}
    return (
        f"a node needs {', '.join(sorted(lacking))}; on Debian: apt-get install {' '.join(sorted(lacking))}"
        if lacking
        else ""
    )


def _is_static(program: Path) -> bool:
    return subprocess.run(["ldd", program], capture_output=True, check=False, timeout=30).returncode != 0
