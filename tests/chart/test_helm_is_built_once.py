"""The script that names helm: built once, nothing half-built, a clear word when it cannot; and the lint that uses it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cluster.binaries import ROOT
from tests.fakes.machines import pretending

if TYPE_CHECKING:
    from collections.abc import Mapping

# A go that writes down that it built, and fails when it is told to.
GO = """#!/bin/bash
echo "$*" >>"$FAKE_GO_LOG"
[ -z "${FAKE_GO_FAILS:-}" ] || { echo "no such module" >&2; exit 1; }
printf '#!/bin/sh\\n' >"$GOBIN/helm" && chmod 755 "$GOBIN/helm"
"""


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A machine with a cache of its own, and a go that only pretends."""
    return pretending(tmp_path, GO)


def ended(env: Mapping[str, str], *words: str, script: str = "helm") -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "scripts" / script), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


def test_what_is_built_is_not_built_again_and_knows_its_version(env: dict[str, str]) -> None:
    first, second = ended(env), ended(env)
    assert first.stdout == second.stdout
    assert Path(first.stdout.strip()).exists()
    (built,) = Path(env["FAKE_GO_LOG"]).read_text().splitlines()
    version = built.rpartition("@")[2]
    assert f"version.version={version} " in built
    assert "k8sVersionMinor=34" in built


def test_a_build_that_fails_leaves_nothing_that_a_later_run_would_take(env: dict[str, str]) -> None:
    failed = ended(env | {"FAKE_GO_FAILS": "1"})
    assert failed.returncode not in {0, 3}
    assert "no such module" in failed.stderr
    assert [path.name for path in (Path(env["XDG_CACHE_HOME"]) / "stoker/helm").iterdir()] == ["lock"]
    assert ended(env).returncode == 0


def test_a_quick_look_builds_nothing_and_says_how_to(env: dict[str, str]) -> None:
    looked = ended(env, "--quick")
    assert (looked.returncode, looked.stdout) == (3, "")
    assert "make control-plane" in looked.stderr
    assert not Path(env["FAKE_GO_LOG"]).exists()


def test_without_go_it_says_in_one_line_how_to_get_one(env: dict[str, str], tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("bash", "env", "sha256sum", "cut"):
        (tools / tool).symlink_to(f"/usr/bin/{tool}")
    refused = ended(env | {"PATH": str(tools)})
    assert (refused.returncode, refused.stderr.count("\n")) == (3, 1)
    assert "apt-get install golang-go" in refused.stderr
    assert "HELM" in refused.stderr


def test_a_helm_of_ones_own_is_taken(env: dict[str, str]) -> None:
    assert ended(env | {"HELM": "/usr/bin/true"}).stdout == "/usr/bin/true\n"
    refused = ended(env | {"HELM": "/no/such/program"})
    assert (refused.returncode, "/no/such/program" in refused.stderr) == (3, True)


def test_without_helm_the_lint_says_so_and_passes(env: dict[str, str]) -> None:
    passed = ended(env, script="lint-chart")
    assert (passed.returncode, passed.stderr.startswith("NOT LINTED: helm/stoker")) == (0, True)


def test_what_helm_finds_fails_the_lint(env: dict[str, str]) -> None:
    assert ended(env | {"HELM": "/usr/bin/false"}, script="lint-chart").returncode == 1
