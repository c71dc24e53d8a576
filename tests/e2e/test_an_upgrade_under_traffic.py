"""`helm upgrade` replaces both replicas while pushes and pods come: each push is accepted, and each pod gets its agent."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.cluster.chart import CHART, RELEASE
from tests.cluster.client import RefusedError
from tests.e2e import plant, pushes
from tests.e2e.cluster import HOME, MANAGER
from tests.e2e.site import FILE
from tests.manager.hook import agents, pod
from tests.manager.process import SECONDS, until

if TYPE_CHECKING:
    from tests.e2e.site import Site

POD = "gateway-0"
pytestmark = pytest.mark.timeout(300)


@dataclass
class Pods:
    """Opted-in pods that come one after another, and are only tried: ``bare`` had no agent, ``refused`` was not made."""

    site: Site
    injected: int = 0
    bare: int = 0
    refused: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until ``stop``."""
        path = f"/api/v1/namespaces/{self.site.namespace}/pods?dryRun=All"
        while not self.stop.is_set():
            try:
                made = self.site.cluster.admin.create(path, pod("tried", cr_name=plant.CR))
            except RefusedError as error:
                self.refused.append(error.message)
            else:
                found = bool(agents(made))
                self.injected += found
                self.bare += not found
            self.stop.wait(0.05)


def test_no_push_is_refused_and_no_pod_goes_without_its_agent(site: Site) -> None:
    cluster = site.cluster
    cluster.home("rollout", "status", f"deployment/{MANAGER}", "--timeout=55s")
    before = set(cluster.managers())
    pods = Pods(site)
    thread = threading.Thread(target=pods.run)
    thread.start()
    try:
        with pushes.Traffic(site, FILE) as traffic:
            until(lambda: traffic.answers and pods.injected, "traffic")
            cluster.keep_logs()
            cluster.helm("upgrade", RELEASE, str(CHART), "--reuse-values", "--set-string=podAnnotations.rolled=once")
            cluster.home("rollout", "status", f"deployment/{MANAGER}", "--timeout=55s")
            until(lambda: not any(cluster.pod(HOME, name) for name in before), "the former replicas go", within=SECONDS)
    finally:
        pods.stop.set()
        thread.join(SECONDS)
    assert (pods.bare, pods.refused) == (0, [])
    assert (set(traffic.answers), traffic.refused) == ({202}, [])
    site.synced(traffic.commit, [POD])
    assert site.text(POD) == f"push {sum(traffic.answers.values()) - 1}\n"
