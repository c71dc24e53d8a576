"""After all scenes: no log of any pod, no ConfigMap, event, resource or pod holds a secret that was used in them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from tests.e2e import plant
from tests.e2e.cluster import CERTIFICATE, HOME, SECRET

if TYPE_CHECKING:
    from tests.e2e.cluster import Cluster
    from tests.e2e.site import Site

ALL = ("configmaps", "events", "gatewaysyncs", "pods", "statefulsets", "deployments", "leases")


def secrets(cluster: Cluster) -> set[str]:
    """Each in whole and in its telling part: keys of certificates line by line."""
    data = cluster.admin.get(f"/api/v1/namespaces/{HOME}/secrets/{CERTIFICATE}")["data"]
    keys = "\n".join(base64.b64decode(data[name]).decode() for name in ("tls.key", "ca.key"))
    lines = {line for line in keys.splitlines() if line and not line.startswith("-----")}
    return {SECRET, plant.KEY, plant.KEY.split(":")[1], *lines}


def told(cluster: Cluster) -> dict[str, str]:
    """Whatever people may read who may read no Secret: by where it is."""
    kubectl = cluster.node.kubectl()
    logs = {log.name: log.read_text(encoding="utf-8") for log in cluster.keep_logs().iterdir()}
    return logs | {kind: kubectl("get", kind, "--all-namespaces", "--output=yaml") for kind in ALL}


@pytest.mark.timeout(120)
def test_what_can_be_read_holds_no_secret(cluster: Cluster, site: Site) -> None:
    texts = told(cluster)
    assert sum("manager_serving" in text for text in texts.values()) >= 2
    assert [where for where, text in texts.items() for secret in secrets(cluster) if secret in text] == []
