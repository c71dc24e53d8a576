"""`stoker crd | kubectl apply -f -` on a cluster that never heard of us: no warning, a structural schema, no drift."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from stoker.api import names
from tests.cluster.kubectl import Kubectl

if TYPE_CHECKING:
    from tests.cluster.plane import Plane

CRD = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{names.PLURAL}.{names.GROUP}"


@pytest.fixture(scope="module")
def printed() -> str:
    """What the command prints."""
    command = [sys.executable, "-m", "stoker", "crd"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def bare(bare_plane: Plane) -> Kubectl:
    """`kubectl` on a plane without our CRD."""
    if bare_plane.admin.answers(CRD):
        bare_plane.admin.delete(CRD)
        bare_plane.wait_until(lambda: not bare_plane.admin.answers(CRD))
    return Kubectl(bare_plane, bare_plane.kubeconfig)


def installed(kubectl: Kubectl) -> dict[str, Any]:
    kubectl.plane.wait_until(lambda: "Established" in met(kubectl.plane.admin.get(CRD)))
    return kubectl.plane.admin.get(CRD)


def met(crd: dict[str, Any]) -> set[str]:
    return {one["type"] for one in crd.get("status", {}).get("conditions") or [] if one["status"] == "True"}


@pytest.mark.parametrize("way", [("apply",), ("apply", "--server-side"), ("create",)], ids=" ".join)
def test_it_is_taken_without_a_warning(bare: Kubectl, printed: str, way: tuple[str, ...]) -> None:
    applied = bare.run(*way, "-f", "-", stdin=printed)
    assert (applied.returncode, applied.stderr) == (0, "")
    assert met(installed(bare)) == {"Established", "NamesAccepted"}  # NonStructuralSchema would be one more


@pytest.mark.parametrize("way", [(), ("--server-side",)], ids=str)
def test_applied_again_it_is_as_it_was(bare: Kubectl, printed: str, way: tuple[str, ...]) -> None:
    bare("apply", *way, "-f", "-", stdin=printed)
    before = installed(bare)
    assert bare("apply", *way, "-f", "-", stdin=printed).split()[-1] in {"unchanged", "serverside-applied"}
    assert bare.plane.admin.get(CRD) == before
    compared = bare.run("diff", *way, "-f", "-", stdin=printed)
    assert (compared.returncode, compared.stdout) == (0, "")


def test_it_fits_into_the_annotation_of_kubectl_apply_many_times(bare: Kubectl, printed: str) -> None:
    bare("apply", "-f", "-", stdin=printed)
    kept = installed(bare)["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"]
    assert len(kept) < 262_144 // 3


def test_every_field_is_explained(bare: Kubectl, printed: str) -> None:
    bare("apply", "-f", "-", stdin=printed)
    installed(bare)
    bare.plane.wait_until(lambda: bare.run("explain", "gs").returncode == 0)
    told = bare("explain", "gs", "--recursive")
    assert "driftPolicy" in told
    assert "no description" not in bare("explain", "gs.spec.sync.profiles.mappings")
