"""Four gateways of one resource: two of different profiles, and a redundant pair that shares one name and one profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.site import Site
from tests.manager.process import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.cluster import Cluster

PODS = ("north-0", "pair-0", "pair-1", "south-0")
SHARED = {"source": "shared", "destination": "projects/shared"}
REPOSITORY = {
    "shared/project.json": "{}\n",
    "sites/north/line1/project.json": "{}\n",
    "sites/south/line7/project.json": "{}\n",
    "nodes/0/role.txt": "first\n",
    "nodes/1/role.txt": "second\n",
    "templates/who.txt": "{{.GatewayName}} {{.PodName}} {{.PodOrdinal}} {{.Vars.peer}}\n",
}
PAIR = [
    {"source": "nodes/{{.PodOrdinal}}", "destination": "projects/node"},
    {"source": "templates/who.txt", "destination": "projects/who.txt", "type": "file", "template": True},
]
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def sites(cluster: Cluster) -> Iterator[Site]:
    """Synced."""
    made = Site(cluster, "sites")
    own = {"source": "sites/{{.Vars.site}}", "destination": "projects"}
    profiles: dict[str, Any] = {
        name: {"mappings": [SHARED, own], "vars": {"site": name}} for name in ("north", "south")
    }
    profiles["pair"] = {"mappings": PAIR, "vars": {"peer": "redundant"}}
    commit = made.begin(REPOSITORY, profiles)
    for name in ("north", "south"):
        made.gateways(name, profile=name)
    made.gateways("pair", replicas=2, profile="pair", gateway_name="press")
    made.synced(commit, PODS)
    yield made
    made.close()


def files(site: Site, pod: str) -> set[str]:
    """Below projects, but for what the gateway itself puts there."""
    root = site.data(pod) / "projects"
    found = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    return {path for path in found if ".resources" not in path}


def test_each_has_what_its_profile_maps_and_nothing_else(sites: Site) -> None:
    assert files(sites, "north-0") == {"shared/project.json", "line1/project.json"}
    assert files(sites, "south-0") == {"shared/project.json", "line7/project.json"}


def test_a_commit_for_one_is_no_scan_at_the_others(sites: Site) -> None:
    before = {pod: sites.record(pod)["scans"] for pod in ("north-0", "south-0")}
    sites.synced(sites.push({"sites/north/line1/a.txt": "a\n"}), PODS)
    assert len(sites.record("north-0")["scans"]) == len(before["north-0"]) + 2
    assert sites.record("south-0")["scans"] == before["south-0"]


def test_each_of_a_pair_knows_which_it_is(sites: Site) -> None:
    for number, role in enumerate(("first", "second")):
        pod = f"pair-{number}"
        assert sites.text(pod, "projects/node/role.txt") == f"{role}\n"
        assert sites.text(pod, "projects/who.txt") == f"press {pod} {number} redundant\n"


def test_a_pair_that_shares_a_name_overwrites_nobody_s_report(sites: Site) -> None:
    assert {"pair-0", "pair-1"} <= sites.map("status").keys()
    until(lambda: {"pair-0", "pair-1"} <= sites.map("changes").keys(), "both are in the history")


def test_the_status_names_all_with_their_profiles(sites: Site) -> None:
    told = {pod: (one["name"], one["profile"]) for pod, one in sites.reported().items()}
    assert told == {
        "north-0": ("north", "north"),
        "south-0": ("south", "south"),
        "pair-0": ("press", "pair"),
        "pair-1": ("press", "pair"),
    }
    assert sites.condition("AllGatewaysSynced") == ("True", "4/4 synced")
