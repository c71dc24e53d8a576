"""The node loses its power and comes back: managers, agents and gateways too, each on a whole commit, and a push works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.cluster import MANAGER
from tests.e2e.site import FILE, PATIENCE
from tests.manager.process import until

if TYPE_CHECKING:
    from tests.e2e.site import Site

POD = "gateway-0"
pytestmark = pytest.mark.timeout(300)


def test_all_of_it_comes_back_and_a_push_works(site: Site) -> None:
    site.cluster.home("rollout", "status", f"deployment/{MANAGER}", "--timeout=55s")
    commit = str(site.origin.hash_of("main"))
    site.synced(commit, [POD])
    text, gateway, managers = site.text(POD), site.gateway_container(POD), site.cluster.managers()
    site.cluster.node.boot()
    until(lambda: site.gateway_container(POD) != gateway, "the gateway is started anew", within=PATIENCE)
    site.runs(POD)
    until(lambda: set(site.cluster.managers()) == set(managers), "so are the managers", within=PATIENCE)
    site.cluster.home("wait", f"deployment/{MANAGER}", "--for=condition=Available", "--timeout=55s")
    site.synced(commit, [POD])
    assert site.text(POD) == text
    status = site.cluster.pod(site.namespace, POD)["status"]
    (agent, seed), (main,) = status["initContainerStatuses"], status["containerStatuses"]
    assert agent["state"]["running"]["startedAt"] <= seed["state"]["terminated"]["startedAt"]
    assert seed["state"]["terminated"]["finishedAt"] <= main["state"]["running"]["startedAt"]
    site.synced(site.push({FILE: "after the boot\n"}), [POD])
    assert site.text(POD) == "after the boot\n"
