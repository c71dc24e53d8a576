"""The main story: installed, injected, started in order, pushed, told in the history and the log, forced once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e import plant
from tests.e2e.site import FILE
from tests.manager.process import until

if TYPE_CHECKING:
    from tests.e2e.site import Site

POD = "gateway-0"
pytestmark = pytest.mark.timeout(300)


def test_the_gateway_starts_after_its_agent_and_is_synced(site: Site) -> None:
    site.runs(POD)
    site.synced(str(site.origin.hash_of("main")), [POD])
    status = site.cluster.pod(site.namespace, POD)["status"]
    (agent, seed), (gateway,) = status["initContainerStatuses"], status["containerStatuses"]
    assert agent["name"] == "stoker-agent"
    assert agent["state"]["running"]["startedAt"] <= seed["state"]["terminated"]["startedAt"]
    assert seed["state"]["terminated"]["finishedAt"] <= gateway["state"]["running"]["startedAt"]
    assert site.text(POD) == site.origin.git("show", f"main:{FILE}") + "\n"
    assert (site.data(POD) / FILE).stat().st_uid == plant.UID


def test_a_signed_push_becomes_files_and_a_scan(site: Site) -> None:
    scans = len(site.record(POD)["scans"])
    commit = site.push({FILE: "two\n"}, message="Make it two")
    site.synced(commit, [POD])
    assert site.text(POD) == "two\n"
    record = site.record(POD)
    assert record["halfWritten"] == []
    assert sorted(record["scans"][scans:]) == ["config", "projects"]


def test_the_history_says_who_changed_what(site: Site) -> None:
    new = "projects/line1/b.txt"
    commit = site.push({new: "b\n", FILE: "three\n"}, message="Add b, and make it three")
    site.synced(commit, [POD])
    until(lambda: site.history(POD)[-1]["commit"] == commit, "the sync is in the history")
    told = site.history(POD)[-1]
    assert (told["trigger"], told["ref"], told["result"]) == ("commit", "main", "success")
    assert (told["author"], told["subject"]) == ("Ann Author", "Add b, and make it three")
    assert (told["addedPaths"], told["modifiedPaths"]) == ([new], [FILE])
    assert (told["added"], told["modified"], told.get("deleted", 0)) == (1, 1, 0)


def test_an_annotation_forces_one_more(site: Site) -> None:
    scans = len(site.record(POD)["scans"])
    site.kubectl("annotate", "gs", plant.CR, "stoker.io/requested-at=now")
    until(lambda: site.status().get("lastHandledRequestedAt") == "now", "it is handled")
    until(lambda: len(site.record(POD)["scans"]) == scans + 2, "the gateway scans though nothing changed")


def test_the_log_tells_what_was_done_line_by_line(site: Site) -> None:
    commit = str(site.origin.hash_of("main"))
    lines = site.lines(POD)
    assert [line["commit"] for line in lines if line["event"] == "sync_completed"][-1] == commit
    assert {line["level"] for line in lines} <= {"info", "warning"}
