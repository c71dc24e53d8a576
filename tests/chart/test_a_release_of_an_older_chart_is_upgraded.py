"""One ``helm upgrade`` makes a release of ours of one that an older chart made, and leaves nothing of the old one in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.api.samples import LEAST
from tests.chart import older
from tests.chart.release import Release
from tests.cluster.chart import ChartError, only, rendered
from tests.cluster.client import path_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.plugin import MakePlane

DEPLOYMENT = f"/apis/apps/v1/namespaces/stoker-system/deployments/{older.ACCOUNT}"


@pytest.fixture
def upgraded(make_plane: MakePlane, tmp_path: Path) -> Release:
    """A release of an older chart, after the commands that the refusal names and the upgrade."""
    release = Release(make_plane(prepare=lambda _: None))
    release.install(chart=older.chart(tmp_path / "older"))
    with pytest.raises(ChartError) as refused:
        release.upgrade()
    for command in re.findall(r"^ *(kubectl .*)$", str(refused.value), re.MULTILINE):
        release.type(command)
    release.upgrade()
    return release


def test_everything_of_the_release_is_there_as_a_new_one_has_it(upgraded: Release) -> None:
    wanted = rendered(release="stoker")
    for one in wanted:
        upgraded.plane.admin.get(path_of(one))
    found: dict[str, Any] = upgraded.plane.admin.get(path_of(only(wanted, "Deployment")))["spec"]["template"]["spec"]
    (container,) = found["containers"]
    assert "args" not in container
    assert [one["name"] for one in found["volumes"]] == ["tmp"]
    asked = only(wanted, "Deployment")["spec"]["template"]["spec"]["containers"][0]
    assert [one["name"] for one in container["env"]] == [one["name"] for one in asked["env"]]
    assert [one["name"] for one in container["ports"]] == [one["name"] for one in asked["ports"]]
    for one in (one for one in wanted if one["kind"] == "Service"):
        ports = upgraded.plane.admin.get(path_of(one))["spec"]["ports"]
        assert [port["targetPort"] for port in ports] == [port["targetPort"] for port in one["spec"]["ports"]]


def test_values_of_the_older_chart_that_are_all_kept_are_refused_with_the_command_that_keeps_ones_own(
    make_plane: MakePlane, tmp_path: Path
) -> None:
    release = Release(make_plane(prepare=lambda _: None))
    release.install("--set=podLabels.mine=kept", chart=older.chart(tmp_path / "older"))
    with pytest.raises(ChartError, match="run the same helm command with --reset-then-reuse-values"):
        release.upgrade("--reuse-values", "--set=crds.install=false")
    release.upgrade("--reset-then-reuse-values", "--set=crds.install=false")
    assert release.plane.admin.get(DEPLOYMENT)["spec"]["template"]["metadata"]["labels"]["mine"] == "kept"


def test_the_way_back_loses_no_resource_and_can_be_gone_again(upgraded: Release) -> None:
    path = "/apis/stoker.io/v1alpha1/namespaces/default/gatewaysyncs"
    upgraded.plane.wait_until(lambda: upgraded.plane.admin.answers(path))
    body = {"apiVersion": "stoker.io/v1alpha1", "kind": "GatewaySync", "metadata": {"name": "plant"}, "spec": LEAST}
    upgraded.plane.admin.create(path, body)
    upgraded.rollback()
    (container,) = upgraded.plane.admin.get(DEPLOYMENT)["spec"]["template"]["spec"]["containers"]
    assert container["args"][0] == "--leader-elect"
    assert [one["metadata"]["name"] for one in upgraded.plane.admin.get(path)["items"]] == ["plant"]
    upgraded.upgrade()
    assert [one["metadata"]["name"] for one in upgraded.plane.admin.get(path)["items"]] == ["plant"]
