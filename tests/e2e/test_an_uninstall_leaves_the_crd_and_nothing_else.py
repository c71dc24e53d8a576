"""What people delete goes, and `helm uninstall` takes the rest but the CRD."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cluster.chart import RELEASE
from tests.e2e.site import PATIENCE
from tests.manager.process import until

if TYPE_CHECKING:
    from tests.e2e.site import Site


@pytest.mark.timeout(300)
def test_it_is_as_before_the_install(site: Site) -> None:
    cluster, home = site.cluster, site.cluster.home
    site.kubectl("delete", "statefulset", "gateway")
    site.kubectl("delete", "gs", "--all")
    until(lambda: not site.kubectl("get", "pods", "-o", "name"), "the gateway's pod ends", within=PATIENCE)
    left = until(lambda: site.kubectl("get", "configmaps,secrets,rolebindings", "-o", "name").split(), "its objects go")
    assert left == ["configmap/kube-root-ca.crt", "secret/api-key"]
    cluster.helm("uninstall", RELEASE, "--wait")
    until(lambda: not home("get", "pods", "-o", "name"), "the managers end", within=PATIENCE)
    until(lambda: not home("get", "secrets", "-o", "name"), "the certificate goes with the webhook", within=PATIENCE)
    assert home("get", "all,secrets,serviceaccounts,roles,rolebindings", "-o", "name") == "serviceaccount/default\n"
    assert RELEASE not in cluster.node.kubectl()("get", "clusterroles,clusterrolebindings", "-o", "name")
    assert "gatewaysyncs.stoker.io" in cluster.node.kubectl()("get", "crds", "-o", "name")
