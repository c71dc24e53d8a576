"""docs/guides/sites-and-profiles.md: tried without a cluster, then told to one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from pathlib import Path

    from tests.guides.conftest import NewReader
    from tests.manager.site import Site

FILES = {
    "shared/projects/Shared/project.json": "{}",
    "shared/projects/Shared/README.md": "not for gateways",
    "press/projects/Press/project.json": "{}",
    "sites/lyon/config/ignition/site/config.json": '{"site": "lyon"}',
    "sites/graz/config/ignition/site/config.json": '{"site": "graz"}',
    "sites/graz/config/ignition/site/more.json": '{"gateway": "{{.GatewayName}}"}',
    "sites/graz/config/ignition/historian/config.json": '{"profile": {"host": "localhost"}}',
}


def stateful_set(site: Site, name: str) -> None:
    labels = {"app": name}
    container = {"name": "gateway", "image": "none"}
    body = {
        "metadata": {"name": name},
        "spec": {
            "replicas": 0,
            "serviceName": name,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }
    site.admin.create(f"/apis/apps/v1/namespaces/{site.namespace}/statefulsets", body)


def test_profiles_are_tried_and_then_applied(site: Site, reader: NewReader, desk: Path) -> None:
    commit = site.origin.commit(FILES)
    stateful_set(site, "press-gateway")
    stand_ins = {
        "https://git.example.com/plant/ignition.git": site.origin.url,
        "metadata: {name: plant, namespace: default}": "metadata: {name: plant}",
    }
    guide = reader("sites-and-profiles", stand_ins=stand_ins)
    guide.section("Profiles")
    _, begin, rest = guide.section("Try it before a gateway gets it").partition("apiVersion")
    reports = {pod: json.loads(text) for pod, text in yaml.safe_load(begin + rest)["data"].items()}
    assert {pod: report["dryRunDiffAdded"] for pod, report in reports.items()} == {"press-graz-1": 5, "office-1": 2}
    annotations = json.loads(guide.section("In the cluster").rpartition("\n")[2])
    assert annotations["stoker.io/profile"] == "press"
    assert site.metadata("plant")["commit"] == commit
    assert set(json.loads(site.metadata("plant")["profiles"])) == {"default", "press", "press-graz"}
    guide.done()
