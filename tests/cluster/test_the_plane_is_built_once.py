"""The script behind `make control-plane`: one build for all runs, nothing half-built, and a clear word when it cannot."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cluster.binaries import ROOT
from tests.fakes.machines import pretending

if TYPE_CHECKING:
    from collections.abc import Mapping

SCRIPT = ROOT / "scripts/control-plane"
# A go that takes its time to build, writes down that it did, and fails when it is told to.
GO = """#!/bin/bash
case $1 in
list) echo v1.2.3 ;;
build)
  echo built >>"$FAKE_GO_LOG"
  sleep 0.2
  [ -z "${FAKE_GO_FAILS:-}" ] || { echo "no such module" >&2; exit 1; }
  while [ "$1" != -o ]; do shift; done
  printf '#!/bin/sh\\n' >"$2" && chmod 755 "$2" ;;
esac
"""


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A machine with a cache of its own, and a go that only pretends."""
    return pretending(tmp_path, GO)


def begun(env: Mapping[str, str], *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen([SCRIPT, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)


def ended(env: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([SCRIPT, *words], capture_output=True, text=True, check=False, env=env)


def without_go(env: Mapping[str, str], tmp_path: Path) -> dict[str, str]:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("bash", "env", "cat", "sha256sum", "cut", "dirname"):
        (tools / tool).symlink_to(f"/usr/bin/{tool}")
    return dict(env) | {"PATH": str(tools)}


def test_two_runs_at_once_build_once_and_name_the_same_folder(env: dict[str, str]) -> None:
    first, second = begun(env), begun(env)
    folders = {run.communicate(timeout=30)[0].strip() for run in (first, second)}
    assert len(folders) == 1
    assert Path(env["FAKE_GO_LOG"]).read_text() == "built\n"
    assert {path.name for path in Path(*folders).iterdir()} >= {"etcd", "kube-apiserver", "kubectl"}


def test_what_is_built_is_not_built_again(env: dict[str, str]) -> None:
    assert ended(env).stdout == ended(env).stdout
    assert Path(env["FAKE_GO_LOG"]).read_text() == "built\n"


def test_a_build_that_fails_leaves_nothing_that_a_later_run_would_take(env: dict[str, str]) -> None:
    failed = ended(env | {"FAKE_GO_FAILS": "1"})
    assert failed.returncode not in {0, 3}
    assert "no such module" in failed.stderr
    left = [path.name for path in (Path(env["XDG_CACHE_HOME"]) / "stoker/controlplane").iterdir()]
    assert left == ["lock"]
    assert ended(env).returncode == 0


def test_a_quick_look_builds_nothing_and_says_how_to(env: dict[str, str]) -> None:
    looked = ended(env, "--quick")
    assert (looked.returncode, looked.stdout) == (3, "")
    assert "make control-plane" in looked.stderr
    assert not Path(env["FAKE_GO_LOG"]).exists()


def test_without_go_it_says_in_one_line_how_to_get_one(env: dict[str, str], tmp_path: Path) -> None:
    ended_so = ended(without_go(env, tmp_path))
    assert (ended_so.returncode, ended_so.stdout) == (3, "")
    assert ended_so.stderr.count("\n") == 1
    assert "apt-get install golang-go" in ended_so.stderr
    assert "KUBEBUILDER_ASSETS" in ended_so.stderr


def test_a_folder_of_somebody_else_s_is_taken_as_it_is(env: dict[str, str], tmp_path: Path) -> None:
    assets = tmp_path / "assets"
    assets.mkdir()
    for tool in ("kube-apiserver", "etcd", "kubectl"):
        (assets / tool).touch(mode=0o755)
    assert ended(env | {"KUBEBUILDER_ASSETS": str(assets)}).stdout == f"{assets}\n"
    assert not Path(env["FAKE_GO_LOG"]).exists()


def test_a_folder_that_lacks_a_program_is_refused_by_its_name(env: dict[str, str], tmp_path: Path) -> None:
    refused = ended(env | {"KUBEBUILDER_ASSETS": str(tmp_path)})
    assert refused.returncode == 3
    assert f"no kube-apiserver in {tmp_path}" in refused.stderr


def test_the_sources_name_the_build(env: dict[str, str]) -> None:
    folder = Path(ended(env).stdout.strip())
    assert folder.parent == Path(env["XDG_CACHE_HOME"]) / "stoker/controlplane"
    assert folder.name.isalnum()
