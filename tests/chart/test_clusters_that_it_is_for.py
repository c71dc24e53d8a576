"""Clusters with sidecars are taken, whatever their vendor writes behind the version; older ones are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cluster.chart import CHART, ChartError, helm

if TYPE_CHECKING:
    from tests.cluster.plugin import Render


def made_for(version: str) -> str:
    return helm("template", "x", str(CHART), f"--kube-version={version}")


@pytest.mark.parametrize("version", ["1.28.0", "1.28.15-gke.1503000", "1.30.4+k3s1", "1.31.0-eks-a737599", "1.36.0"])
def test_one_with_sidecars(version: str, chart: Render) -> None:
    assert "kind: Deployment" in made_for(version)


@pytest.mark.parametrize("version", ["1.27.16", "1.27.16-gke.1503000"])
def test_none_without(version: str, chart: Render) -> None:
    with pytest.raises(ChartError, match=r"requires kubeVersion: >=1\.28"):
        made_for(version)
