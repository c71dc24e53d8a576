"""Two replicas as processes: one leads, the other is ready and takes over, at once after a clean end, after a lease otherwise."""

from __future__ import annotations

import json
import signal
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster import accounts
from tests.manager.process import until
from tests.manager.test_metrics_are_for_those_who_may import scrape

if TYPE_CHECKING:
    from tests.cluster.plane import Plane
    from tests.manager.conftest import Start
    from tests.manager.process import Manager
    from tests.manager.site import Site

LEASE = "a86165bb.stoker.io"


@pytest.fixture
def pair(start: Start) -> tuple[Manager, Manager]:
    """A leader and its follower, both ready."""
    leader = start().ready()
    until(lambda: leader.leads, "the first leads")
    return leader, start().ready()


def acts(site: Site, name: str) -> None:
    """Somebody resolves a new resource."""
    site.resource(name)
    site.resolved(name)


def test_one_leads_and_both_are_ready(pair: tuple[Manager, Manager], place: Site) -> None:
    leader, follower = pair
    acts(place, "plant")
    assert (leader.leads, follower.leads) == (True, False)
    assert follower.said("following")["leader"] == leader.lines("manager_starting")[0]["identity"]


def test_a_follower_takes_pushes_which_the_leader_acts_on(start: Start, place: Site) -> None:
    words = ("--receiver", "127.0.0.1:0")
    leader, follower = (start(*words, WEBHOOK_BEARER_TOKEN="bearer-0815").ready() for _ in range(2))
    acts(place, "plant")
    pushed = place.origin.commit({"projects/site/project.json": "{ }"})
    headers = {"Authorization": "Bearer bearer-0815", "X-GitHub-Event": "push"}
    body = json.dumps({"ref": "refs/heads/main", "after": pushed}).encode()
    asked = urllib.request.Request(f"{follower.url('receiver')}/webhook/{place.namespace}/plant", body, headers)
    with urllib.request.urlopen(asked, timeout=20) as answer:
        assert answer.status == 202
    place.resolved(commit=pushed)
    place.until(lambda: place.events("WebhookReceived"), "the event")
    assert (leader.leads, follower.leads) == (True, False)


def test_after_a_clean_end_the_other_acts_and_waits_for_no_lease(pair: tuple[Manager, Manager], place: Site) -> None:
    leader, follower = pair
    assert leader.stop() == 0
    acts(place, "plant")
    assert follower.leads
    assert "taken_from" not in follower.said("leading")


def test_after_a_kill_the_other_acts_when_the_lease_is_over(pair: tuple[Manager, Manager], place: Site) -> None:
    leader, follower = pair
    leader.stop(signal.SIGKILL)
    acts(place, "plant")
    assert follower.leads
    assert follower.said("leading")["taken_from"] == leader.lines("manager_starting")[0]["identity"]


def test_the_lease_is_given_back_and_says_so(start: Start, plane: Plane) -> None:
    only = start().ready()
    until(lambda: only.leads, "it leads")
    home = only.lines("manager_starting")[0]["lease"].split("/")[0]
    place = f"/apis/coordination.k8s.io/v1/namespaces/{home}/leases/{LEASE}"
    assert plane.admin.get(place)["spec"]["holderIdentity"] == only.lines("manager_starting")[0]["identity"]
    assert only.stop() == 0
    assert plane.admin.get(place)["spec"]["holderIdentity"] == ""


def test_a_leader_that_was_frozen_writes_nothing_when_it_wakes(
    pair: tuple[Manager, Manager], place: Site, plane: Plane
) -> None:
    leader, follower = pair
    acts(place, "plant")
    leader.process.send_signal(signal.SIGSTOP)
    # What a leader would write about, and does: the other one, once the lease is over.
    place.annotate(requested_at="while-frozen")
    place.until(lambda: place.status().get("lastHandledRequestedAt") == "while-frozen", "the other handled it")
    assert follower.leads
    for kind in ("status", "changes"):
        plane.admin.delete(place.path("configmaps", f"stoker-{kind}-plant"))
    place.until(lambda: place.map("stoker-changes-plant") is not None, "the other made them anew")
    before = written(plane, place)
    leader.process.send_signal(signal.SIGCONT)
    leader.said("leadership_lost")
    leader.said("following")
    assert written(plane, place) == before
    assert leader.probe("/readyz") == 200
    plane.admin.apply(accounts.binding(accounts.READER, (place.namespace, "prometheus")))
    reader = accounts.token_for(plane, place.namespace, "prometheus")
    assert 'name="plant"' in scrape(follower, reader)[1]
    assert 'name="plant"' not in scrape(leader, reader)[1], "of two who say something one would be wrong"


def written(plane: Plane, place: Site) -> Any:
    """Everything a leader writes, as it stands."""
    group = "apis/rbac.authorization.k8s.io/v1"
    found = [
        place.seen(),
        *(place.find("configmaps", f"stoker-{kind}-plant") for kind in ("metadata", "status", "changes")),
    ]
    found.append(place.find("rolebindings", "stoker-agent-plant", group))
    found += plane.admin.get(place.path("events"))["items"]
    return json.dumps([one["metadata"]["resourceVersion"] for one in found if one])
