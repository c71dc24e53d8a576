"""Where there is neither Go nor a control plane, one loud line says what was left out, and everything else runs."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.cluster.binaries import ROOT

if TYPE_CHECKING:
    from pathlib import Path

WITH, WITHOUT = "tests/cluster/test_the_plane_is_a_real_cluster.py", "tests/api/test_names_are_the_contract.py"


def run(env: dict[str, str], *files: str) -> subprocess.CompletedProcess[str]:
    """A run of pytest on a machine with that environment."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=env)


def test_the_last_lines_say_what_was_not_run_and_how_to_get_it(tmp_path: Path) -> None:
    ended = run({"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}, WITH, WITHOUT)
    assert ended.returncode == 0
    loud = [line for line in ended.stdout.splitlines() if line.startswith("NOT RUN: ")]
    assert len(loud) == 1
    assert re.match(r"NOT RUN: [1-9]\d* tests that need a Kubernetes control plane: ", loud[0])
    assert "KUBEBUILDER_ASSETS" in loud[0] or "make control-plane" in loud[0]
    assert " passed" in ended.stdout


def test_assets_without_a_controller_manager_leave_out_what_needs_one(tmp_path: Path) -> None:
    for tool in ("kube-apiserver", "etcd", "kubectl"):
        (tmp_path / tool).touch(mode=0o755)
    env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "KUBEBUILDER_ASSETS": str(tmp_path), "HELM": "true"}
    ended = run(env, "--collect-only", WITH)
    assert (
        f"NOT RUN: 1 tests that need a Kubernetes control plane: there is no kube-controller-manager in {tmp_path}"
        in ended.stdout
    )
    assert "test_what_a_resource_owns_goes_with_it" not in ended.stdout
    assert "test_client_and_server_know_their_version" in ended.stdout
