"""Install, upgrade and uninstall by helm on a real API server: what an upgrade brings, what stays, what somebody else left."""

from __future__ import annotations

import contextlib
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import stoker
from stoker.api import crd
from tests.api.samples import LEAST
from tests.chart.release import CRD, Release
from tests.cluster.chart import CHART, ChartError
from tests.cluster.client import RefusedError
from tests.cluster.plane import Plane
from tests.cluster.plugin import drop_resources
from tests.manager.process import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.binaries import Binaries

HOOK = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/stoker-stoker-operator-pod-injection"
GS = "/apis/stoker.io/v1alpha1/namespaces/default/gatewaysyncs"


@pytest.fixture(scope="module")
def bare(plane_programs: Binaries) -> Iterator[Plane]:
    """A cluster without anything of ours."""
    one = Plane(plane_programs)
    yield one
    one.close()


@pytest.fixture
def release(bare: Plane) -> Iterator[Release]:
    """Not installed yet; whatever of it is left at the end is taken away."""
    one = Release(bare)
    yield one
    for each in (one, Release(bare, "second", "team")):
        with contextlib.suppress(ChartError):
            each.uninstall()
    if bare.admin.answers(CRD):
        bare.wait_until(lambda: bare.admin.answers(GS))  # one that goes before it serves takes the server a minute
        drop_resources(bare, "default")
        with contextlib.suppress(RefusedError):
            bare.admin.delete(CRD)
        bare.wait_until(lambda: not bare.admin.answers(CRD))


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """The chart with a CRD that lacks the newest column."""
    shutil.copytree(CHART, tmp_path / "older")
    file = tmp_path / "older/files/gatewaysyncs.stoker.io.yaml"
    known = yaml.safe_load(file.read_text(encoding="utf-8"))
    del known["spec"]["versions"][0]["additionalPrinterColumns"][1:]
    file.write_text(yaml.safe_dump(known), encoding="utf-8")
    return tmp_path / "older"


def columns(release: Release) -> int:
    return len(release.crd()["spec"]["versions"][0]["additionalPrinterColumns"])


def resources(release: Release) -> list[str]:
    """The GatewaySyncs, once the server has its storage in order after a change of the CRD."""
    release.plane.wait_until(lambda: release.plane.admin.answers(GS))
    return [one["metadata"]["name"] for one in release.plane.admin.get(GS)["items"]]


def a_resource(release: Release) -> None:
    """One GatewaySync, once the server knows the kind."""
    release.plane.wait_until(lambda: release.plane.admin.answers(GS))
    body: dict[str, Any] = {"apiVersion": "stoker.io/v1alpha1", "kind": "GatewaySync", "spec": LEAST}
    release.plane.admin.create(GS, {**body, "metadata": {"name": "plant"}})


def test_the_notes_have_three_commands_and_the_second_and_third_are_right(release: Release) -> None:
    told = release.install()
    commands = re.findall(r"^  (kubectl .*)$", told, re.MULTILINE)
    assert len(commands) == 3
    # As typed: only the namespace and what runs in it are the reader's own.
    release.type("kubectl create namespace plant-a")
    release.type("kubectl create deployment ignition -n plant-a --image=none")
    assert "created" in release.type(commands[0])
    assert commands[1].endswith("-f gatewaysync.yaml")
    assert "patched" in release.type(commands[2].replace("statefulset", "deployment"))
    found = release.plane.admin.get("/apis/apps/v1/namespaces/plant-a/deployments/ignition")
    assert found["spec"]["template"]["metadata"]["annotations"] == {"stoker.io/inject": "true"}


def test_the_notes_say_which_image_must_be_there(release: Release) -> None:
    told = release.install("--dry-run=client", "--set", "agentImage.repository=registry.example.com/stoker-agent")
    assert f"Agents are of registry.example.com/stoker-agent:{stoker.__version__}. " in told


def test_an_upgrade_upgrades_the_crd_and_keeps_every_resource(release: Release, older: Path) -> None:
    release.install(chart=older)
    assert columns(release) == 1
    a_resource(release)
    release.upgrade()
    assert columns(release) == len(crd.crd()["spec"]["versions"][0]["additionalPrinterColumns"])
    assert resources(release) == ["plant"]


def test_values_that_were_kept_and_lack_one_are_refused_by_its_name(release: Release, older: Path) -> None:
    values = older / "values.yaml"
    values.write_text(values.read_text(encoding="utf-8").replace("whenPaused: inject", ""), encoding="utf-8")
    (older / "templates/whole.yaml").unlink()
    release.install(chart=older)
    with pytest.raises(ChartError, match=r"missing: webhook\.whenPaused\. .* --reset-then-reuse-values"):
        release.upgrade("--reuse-values")
    release.upgrade("--reset-then-reuse-values")


def test_an_upgrade_leaves_the_authority_that_was_filled_in(release: Release) -> None:
    release.install()
    told = [{"op": "add", "path": "/webhooks/0/clientConfig/caBundle", "value": "Zm9v"}]
    release.plane.admin.request("PATCH", HOOK, told, "application/json-patch+json")
    release.upgrade("--set", "webhook.failurePolicy=Fail")
    (hook,) = release.plane.admin.get(HOOK)["webhooks"]
    assert (hook["failurePolicy"], hook["clientConfig"]["caBundle"]) == ("Fail", "Zm9v")


def test_uninstalling_leaves_the_crd_and_the_resources_and_nothing_else(release: Release, tmp_path: Path) -> None:
    before = release.everything()
    release.install("--set", "webhookReceiver.enabled=true,webhookReceiver.hmac.secret=x,networkPolicy.enabled=true")
    manager = release.manager(tmp_path)
    until(lambda: manager.leads, "it leads")
    assert len(release.everything() - before) > 12
    manager.close()
    a_resource(release)
    release.uninstall()
    left = release.everything() - before
    kept = {"customresourcedefinition.apiextensions.k8s.io/gatewaysyncs.stoker.io", "gatewaysync.stoker.io/plant"}
    assert left - {line for line in left if line.endswith(("/stoker-system", "/default", "/kube-root-ca.crt"))} == kept


def test_without_keep_nothing_is_left_once_the_resources_were_let_go(release: Release, tmp_path: Path) -> None:
    before = release.everything()
    release.install("--set", "crds.keep=false")
    release.plane.wait_until(lambda: release.plane.admin.answers(GS))
    manager = release.manager(tmp_path)
    a_resource(release)
    until(lambda: release.plane.admin.get(f"{GS}/plant")["metadata"].get("finalizers"), "it is the manager's")
    release.type("kubectl delete gatewaysyncs --all --all-namespaces")
    manager.close()
    release.uninstall()
    left = release.everything() - before
    assert {line for line in left if not line.endswith(("/stoker-system", "/default", "/kube-root-ca.crt"))} == set()


def test_a_crd_that_was_kept_is_taken_up_again(release: Release) -> None:
    release.install()
    a_resource(release)
    release.uninstall()
    release.install()
    assert resources(release) == ["plant"]


def test_a_crd_of_an_older_chart_is_adopted_by_the_commands_in_the_refusal(release: Release, older: Path) -> None:
    file = older / "files/gatewaysyncs.stoker.io.yaml"
    release.plane.admin.apply(yaml.safe_load(file.read_text(encoding="utf-8")))
    a_resource(release)
    with pytest.raises(ChartError) as refused:
        release.install()
    assert not release.installed()
    commands = re.findall(r"^ *(kubectl .*)$", str(refused.value), re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        release.type(command)
    release.install()
    assert columns(release) > 1
    assert resources(release) == ["plant"]


def test_a_crd_of_somebody_else_can_be_left_to_them(release: Release) -> None:
    release.plane.admin.apply(crd.crd())
    release.install("--set", "crds.install=false")
    assert "annotations" not in release.crd()["metadata"]


def test_a_release_of_some_namespaces_has_no_right_in_any_other(release: Release) -> None:
    release.plane.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "plant-b"}})
    release.install("--set", "watchNamespaces={plant-b}")
    for group, resource, verb in (
        ("stoker.io", "gatewaysyncs", "list"),
        ("", "pods", "list"),
        ("", "secrets", "get"),
        ("", "configmaps", "create"),
        ("rbac.authorization.k8s.io", "rolebindings", "create"),
    ):
        assert release.can(verb, resource, group=group, within="plant-b")
        assert not release.can(verb, resource, group=group, within="default")
        assert not release.can(verb, resource, group=group)
    assert release.can("bind", "clusterroles", group="rbac.authorization.k8s.io", name="stoker-agent", within="plant-b")
    assert not release.can("list", "secrets", within="plant-b")
    (hook,) = release.plane.admin.get(HOOK)["webhooks"]
    wanted = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["plant-b"]}
    assert hook["namespaceSelector"] == {"matchExpressions": [wanted]}


def test_two_teams_have_a_release_each(release: Release) -> None:
    for name in ("team", "plant-c", "plant-d"):
        release.plane.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    release.install("--set", "watchNamespaces={plant-c}")
    second = Release(release.plane, "second", "team")
    second.install("--set", "watchNamespaces={plant-d},crds.install=false")
    assert second.can("list", "pods", within="plant-d")
    assert not second.can("list", "pods", within="plant-c")
    second.uninstall()
    assert release.plane.admin.answers("/apis/rbac.authorization.k8s.io/v1/clusterroles/stoker-agent")
