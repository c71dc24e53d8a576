"""A commit takes more memory than the agent may have: the kernel ends the agent, and nothing else happens to the gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e import plant
from tests.e2e.site import PATIENCE, PROJECT, Site
from tests.manager.process import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.cluster import Cluster

POD = "small-0"
LIMIT = "64Mi"
HUGE = 48 * 1024 * 1024
"""Bytes of a file that packs to nothing, and that is read whole."""
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def small(cluster: Cluster) -> Iterator[Site]:
    """Synced; its agent may have little."""
    made = Site(cluster, "small")
    amounts = {"cpu": "500m", "memory": LIMIT}
    commit = made.begin(PROJECT, {"default": plant.PROJECTS}, {"resources": {"limits": amounts}})
    made.gateways("small")
    made.synced(commit, [POD])
    yield made
    made.close()


def test_the_gateway_runs_on_and_the_next_commit_heals(small: Site) -> None:
    gateway = small.gateway_container(POD)
    small.push({"projects/line1/huge.bin": b"\0" * HUGE, "projects/line1/a.txt": "huge\n"}, message="too much")

    def killed() -> bool:
        return bool(small.agent(POD).get("lastState", {}).get("terminated", {}).get("reason") == "OOMKilled")

    until(killed, "the kernel ends the agent", within=PATIENCE)
    assert small.text(POD) == "one\n"
    commit = small.push({"projects/line1/huge.bin": None, "projects/line1/a.txt": "two\n"}, message="less")
    small.synced(commit, [POD])
    assert small.text(POD) == "two\n"
    assert not (small.data(POD) / "projects/line1/huge.bin").exists()
    assert small.gateway_container(POD) == gateway
