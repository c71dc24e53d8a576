"""The replica that leads is deleted while pushes come in, one of them by its own door: the other acts on all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e import plant, pushes
from tests.e2e.cluster import MANAGER
from tests.e2e.site import FILE
from tests.manager.process import until

if TYPE_CHECKING:
    from tests.e2e.site import Site

POD = "gateway-0"
pytestmark = pytest.mark.timeout(300)


def test_what_came_in_last_is_acted_on_by_the_other_replica(site: Site) -> None:
    cluster = site.cluster
    cluster.home("rollout", "status", f"deployment/{MANAGER}", "--timeout=55s")
    site.synced(str(site.origin.hash_of("main")), [POD])
    leader = until(lambda: cluster.leader() in cluster.receivers() and cluster.leader(), "it serves, too")
    with pushes.Traffic(site, FILE) as traffic:
        until(lambda: sum(traffic.answers.values()) >= 2, "pushes come in")
        cluster.keep_logs()
        door = cluster.receivers()[leader]
        cluster.home("delete", "pod", leader, "--wait=false")
        until(lambda: leader not in cluster.receivers(), "the Service has heard of it")
        assert pushes.push(site, traffic.commit, to=door) == 202
        site.kubectl("annotate", "--overwrite", "gs", plant.CR, "stoker.io/requested-at=the leader ends")
        until(lambda: cluster.leader() != leader, "the other leads")
        until(lambda: site.status().get("lastHandledRequestedAt") == "the leader ends", "it is handled")
    assert set(traffic.answers) == {202}
    assert traffic.refused == []
    site.synced(traffic.commit, [POD])
