"""The lines that the contract and the pages give to users, typed as they stand there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.house.conftest import text
from tests.manager.terminal import Terminal

if TYPE_CHECKING:
    from tests.cluster.plane import Plane
    from tests.manager.site import Site

PAGES = ("docs/troubleshooting.md", "docs/reference/events.md", "docs/reference/gatewaysync.md")
NOT_HERE = ("kubectl logs ",)
"""No kubelet runs anything in this cluster."""


def shown() -> list[str]:
    """Every line with ``kubectl`` of the pages, without its remark."""
    found = [
        line.split("   #")[0].strip()
        for page in PAGES
        for match in re.findall(r"`(kubectl [^`]+)`|^(kubectl .*)$", text(Path(page)), re.MULTILINE)
        for line in match
        if line
    ]
    return sorted({line for line in found if not line.startswith(NOT_HERE)})


@pytest.fixture
def terminal(site: Site, collector: Plane, tmp_path: Path) -> Terminal:
    """In the namespace of the site."""
    return Terminal(collector, site.namespace, tmp_path)


@pytest.fixture
def ready(site: Site) -> Site:
    """A resource whose one gateway is synced."""
    site.resource()
    site.pod("gw-0")
    site.report("gw-0")
    site.until(lambda: site.words("Ready")[0] == "True", "ready")
    return site


def test_there_are_some() -> None:
    assert len(shown()) >= 10


@pytest.mark.parametrize("line", shown())
def test_a_line_of_the_pages_works(ready: Site, terminal: Terminal, line: str) -> None:
    terminal(line.replace("NAME", "plant"))


def test_what_is_known_of_it_is_read(ready: Site, terminal: Terminal) -> None:
    head, row = terminal("kubectl get gs").splitlines()
    assert re.split(r"\s{2,}", head) == ["NAME", "REF", "GATEWAYS", "READY", "STATUS", "AGE"]
    assert re.split(r"\s{2,}", row)[:5] == ["plant", "main", "1/1 synced", "True", "All gateways synced"]
    assert terminal("kubectl wait --for=condition=Ready gs/plant").endswith("condition met\n")
    told = terminal("kubectl describe gs plant")
    for word in ("RefResolved", "1/1 synced", "GatewaysDiscovered", "SyncCompleted", "stoker-controller"):
        assert word in told
    assert terminal("kubectl get cm stoker-changes-plant -o yaml").startswith("apiVersion: v1\n")


def test_a_force_request_is_echoed(ready: Site, terminal: Terminal) -> None:
    terminal('kubectl annotate gs plant stoker.io/requested-at="$(date -Is)" --overwrite')
    asked = ready.seen()["metadata"]["annotations"]["stoker.io/requested-at"]
    echo = "kubectl get gs plant -o jsonpath={.status.lastHandledRequestedAt}"
    ready.until(lambda: terminal(echo) == asked, "echoed")
    assert ready.metadata()["requestedAt"] == asked


def test_deletion_leaves_nothing_behind(site: Site, terminal: Terminal) -> None:
    kinds = "kubectl api-resources --verbs=list --namespaced -o name | grep -v '^events' | paste -sd,"
    everything = f"kubectl get -o name $({kinds}) | sort"
    site.secret()
    site.pod("gw-0")
    site.until(lambda: "configmap/kube-root-ca.crt" in terminal(everything), "the namespace has what is its own")
    before = terminal(everything)
    site.resource()
    site.resolved()
    site.report("gw-0")
    site.until(lambda: site.words("Ready")[0] == "True", "ready")
    assert set(terminal(everything).split()) - set(before.split()) >= {
        "gatewaysync.stoker.io/plant",
        "configmap/stoker-metadata-plant",
        "configmap/stoker-status-plant",
        "configmap/stoker-changes-plant",
        "rolebinding.rbac.authorization.k8s.io/stoker-agent-plant",
    }
    assert "deleted" in terminal("kubectl delete gs plant")
    assert terminal(everything) == before
