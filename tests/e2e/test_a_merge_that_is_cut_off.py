"""A merge of many files is stopped in the middle, and then its process or its whole pod ends: what comes next is one commit.

The agent is frozen there, which the journal tells, so that the end comes in the middle however fast the machine is.
"""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from tests.e2e.site import PATIENCE
from tests.manager.process import until

if TYPE_CHECKING:
    from tests.e2e.site import Site

POD = "gateway-0"
FILES = 800
pytestmark = pytest.mark.timeout(300)


def contents(site: Site) -> set[str]:
    return {path.read_text(encoding="utf-8") for path in (site.data(POD) / "projects/big").glob("*/*.txt")}


def files(text: str) -> dict[str, str]:
    return {f"projects/big/{number % 40}/{number}.txt": text for number in range(FILES)}


def cut_off(site: Site) -> str:
    """Freezes the agent in the middle of the merge of a commit, which is returned."""
    site.runs(POD)
    site.synced(site.push(files("old"), message="old"), [POD])
    engine = site.cluster.node.engine
    agent = site.cluster.node.container(site.namespace, POD, "stoker-agent")
    journal = site.data(POD) / ".stoker/journal"
    for attempt in range(10):
        commit = site.push(files(f"new {attempt}"), message=f"new {attempt}")
        until(journal.exists, "the merge begins", within=PATIENCE)
        while journal.exists():
            engine.signal(agent, signal.SIGSTOP)
            if len(contents(site)) == 2:
                return commit
            engine.signal(agent, signal.SIGCONT)
        site.synced(commit, [POD])
    raise AssertionError("no merge was met under way")


def test_an_agent_that_is_killed_completes_it_in_its_next_life(site: Site) -> None:
    commit = cut_off(site)
    gateway, restarts = site.gateway_container(POD), site.agent(POD)["restartCount"]
    site.cluster.node.kill(site.namespace, POD, "stoker-agent")
    site.runs(POD, restarts=restarts + 1)
    site.synced(commit, [POD])
    assert len(contents(site)) == 1
    assert not (site.data(POD) / ".stoker/journal").exists()
    (recovered,) = [line for line in site.lines(POD) if line["event"] == "merge_recovered"]
    assert (recovered["outcome"], recovered["commit"]) == ("completed", commit)
    until(lambda: any(one["trigger"] == "recovery" for one in site.history(POD)), "the history tells of it")
    told = [one for one in site.history(POD) if one["trigger"] == "recovery"][-1]
    assert (told["commit"], told["modified"], told["result"]) == (commit, FILES, "success")
    assert site.gateway_container(POD) == gateway


def test_a_pod_that_is_deleted_is_followed_by_one_that_starts_on_a_whole_commit(site: Site) -> None:
    commit = cut_off(site)
    site.cluster.keep_logs()
    before = site.cluster.pod(site.namespace, POD)["metadata"]["uid"]
    site.kubectl("delete", "pod", POD, "--grace-period=2", "--wait=false")
    until(
        lambda: site.cluster.pod(site.namespace, POD).get("metadata", {}).get("uid", before) != before, "another comes"
    )
    site.runs(POD)
    site.synced(commit, [POD])
    assert len(contents(site)) == 1
    status = site.cluster.pod(site.namespace, POD)["status"]
    (agent, seed), (gateway,) = status["initContainerStatuses"], status["containerStatuses"]
    assert agent["restartCount"] == 0
    assert seed["state"]["terminated"]["finishedAt"] <= gateway["state"]["running"]["startedAt"]
    recovered, *_ = [line for line in site.lines(POD) if line["event"] == "merge_recovered"]
    assert recovered["commit"] == commit
    assert recovered["timestamp"] <= gateway["state"]["running"]["startedAt"], json.dumps(status)
    assert site.record(POD)["halfWritten"] == []
