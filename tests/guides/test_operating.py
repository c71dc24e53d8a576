"""The guides of whoever runs Stoker in a cluster, one after another on a cluster of their own: from install to uninstall."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.chart.neighbours import NEIGHBOURS
from tests.cluster import accounts
from tests.cluster.chart import CHART
from tests.cluster.plane import Plane
from tests.fakes.gitrepos import make_origin
from tests.guides.page import Reader
from tests.manager.process import Manager

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cluster.binaries import Binaries

    Follow = Callable[..., Reader]

ACCOUNT = "stoker-stoker-operator-controller-manager"
REPOSITORY = "https://git.example.com/plant/ignition.git"


@pytest.fixture
def bare(plane_programs: Binaries) -> Iterator[Plane]:
    """A cluster without anything of ours, but with the Prometheus operator's kinds and a gateway's StatefulSet."""
    one = Plane(plane_programs)
    one.admin.apply(*NEIGHBOURS)
    one.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "monitoring"}})
    yield one
    one.close()


def stateful_set(plane: Plane) -> None:
    labels = {"app": "ignition"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "gateway", "image": "none"}]}}
    spec = {"replicas": 0, "serviceName": "ignition", "selector": {"matchLabels": labels}, "template": template}
    body = {"metadata": {"name": "ignition-gateway"}, "spec": spec}
    plane.admin.create("/apis/apps/v1/namespaces/plant-a/statefulsets", body)


def test_from_install_to_uninstall(bare: Plane, plane_programs: Binaries, tmp_path: Path) -> None:
    origin = make_origin(tmp_path / "ignition.git")
    commit = origin.commit({"projects/Line/project.json": "{}"})
    desk = tmp_path / "desk"
    desk.mkdir()
    assert plane_programs.helm is not None
    shutil.copy(bare.kubeconfig, desk / "kubeconfig")
    path = f"{bare.binaries}:{plane_programs.helm.parent}:{os.environ['PATH']}"
    env = {"PATH": path, "HOME": str(desk), "KUBECONFIG": str(desk / "kubeconfig")}
    chart = {" helm/stoker ": f" {CHART} "}
    managers: list[Manager] = []

    def installed(text: str) -> None:
        """What the Deployment's pod would do, with the rights that the chart gave it."""
        if "apply --namespace plant-a" in text:
            token = accounts.token_for(bare, "stoker-system", ACCOUNT)
            config = bare.write_kubeconfig("of-the-release", {"token": token}, namespace="stoker-system")
            managers.append(Manager(tmp_path / "manager", config))

    try:
        guide = Reader("quick-start", desk, env, {**chart, REPOSITORY: origin.url})
        guide.section("Install")
        guide.section("What goes where", before=installed)
        stateful_set(bare)
        assert "0/0 synced" in guide.section("A gateway opts in")
        assert commit in guide.section("What happened")
        guide.section("Once more")
        guide.done()

        guide = Reader("high-availability", desk, env, chart)
        assert "0/2" in guide.section("Two replicas")
        assert guide.section("When the webhook is away").endswith("Fail")
        guide.done()

        guide = Reader("monitoring", desk, env, chart)
        shown = guide.section("Turn it on")
        assert all(kind in shown for kind in ("servicemonitor", "podmonitor", "prometheusrule", "dashboard"))
        assert "yes" in guide.section("Let Prometheus read")
        guide.done()

        guide = Reader("security", desk, env, chart)
        guide.section("What each role may do")
        guide.done()

        guide = Reader("upgrading", desk, env, chart)
        assert guide.section("Upgrade").endswith("v1alpha1")
        guide.section("Agents")
        assert "deleted" in guide.section("The way out")
        guide.done()
        assert not bare.admin.get("/api/v1/namespaces/plant-a/configmaps?labelSelector=stoker.io/cr-name")["items"]
    finally:
        for one in managers:
            one.close()
