"""A user's terminal: a shell with ``kubectl`` and ``stoker`` on its path, whose context names the test's namespace."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.cluster.plane import Plane

BOUND: Final = 60
"""Seconds that a line may take."""


@dataclass(frozen=True)
class Terminal:
    """Lines are typed in ``folder``, by an administrator of the cluster."""

    plane: Plane
    namespace: str
    folder: Path

    def __call__(self, line: str) -> str:
        """What a line prints; AssertionError with what it complains of when it fails."""
        done = self.run(line)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        """A line that may fail, of bash, as it is typed."""
        user = {"client-certificate": str(self.plane.certificate), "client-key": str(self.plane.key)}
        config = self.plane.write_kubeconfig(f"terminal-{self.namespace}", user, namespace=self.namespace)
        path = (str(self.plane.binaries), str(Path(sys.executable).parent), os.environ["PATH"])
        return subprocess.run(
            ["bash", "-c", f"set -o pipefail; {line}"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=BOUND,
            cwd=self.folder,
            env={"HOME": str(self.folder), "PATH": ":".join(path), "KUBECONFIG": str(config), "TZ": "UTC"},
        )
