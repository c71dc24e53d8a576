"""``kubectl`` as a callable: what a user types is what a test runs. 0.3 s a call; setups use the plane's ``admin``."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.cluster.plane import Plane

BOUND: Final = 60
"""Seconds that one command may take, `kubectl wait` included."""


class KubectlError(Exception):
    """It ended with another code than 0; the message is what it wrote to standard error."""


@dataclass(frozen=True)
class Kubectl:
    """Bound to a plane, an identity (a kubeconfig file) and, when given, a namespace."""

    plane: Plane
    config: Path
    namespace: str = ""

    def __call__(self, *words: str, stdin: str | Mapping[str, Any] | None = None) -> str:
        """Its standard output; KubectlError. Mappings given as ``stdin`` go as JSON: ``kubectl("apply", "-f-", stdin=…)``."""
        done = self.run(*words, stdin=stdin)
        if done.returncode:
            raise KubectlError(done.stderr)
        return done.stdout

    def run(self, *words: str, stdin: str | Mapping[str, Any] | None = None) -> subprocess.CompletedProcess[str]:
        """The ended process, whatever its code: `kubectl diff` says with 1 that there is a difference."""
        within = [f"--namespace={self.namespace}"] if self.namespace else []
        return subprocess.run(
            [*self.plane.entering, self.plane.binaries / "kubectl", f"--kubeconfig={self.config}", *within, *words],
            input=stdin if isinstance(stdin, str) or stdin is None else json.dumps(stdin),
            capture_output=True,
            text=True,
            check=False,
            timeout=BOUND,
            cwd=self.plane.directory,
            env={"HOME": str(self.plane.directory), "PATH": os.environ["PATH"], "TZ": "UTC"},
        )

    def bearing(self, token: str) -> Kubectl:
        """The same as the bearer of a token."""
        path = self.plane.write_kubeconfig(f"bearer-{abs(hash(token))}", {"token": token})
        return Kubectl(self.plane, path, self.namespace)
