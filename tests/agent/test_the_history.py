"""The change history: the last ten syncs that changed, answered or failed something, within its bounds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.agent.history import recovery_of
from stoker.kube.cluster import CONFIGMAPS
from stoker.sync.report import Settlement
from tests.agent.plant import CR, SPACE
from tests.agent.trouble import TroubledCluster

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant

PATH = "projects/line1/project.json"


async def test_an_entry_says_who_changed_what_and_why_it_was_synced(autojump_clock: MockClock, synced: Plant) -> None:
    code = "projects/line1/ignition/script-python/code/code.py"
    commit = await synced.push({PATH: "new", code: None, "projects/line2/project.json": "{}"}, message="Add line 2")
    await trio.sleep(1)
    entry = synced.history[-1]
    assert (entry.commit, entry.ref, entry.trigger, entry.result) == (commit, "main", "commit", "success")
    assert "Ann Author" in entry.author
    assert entry.subject == "Add line 2"
    assert (entry.added_paths, entry.modified_paths, entry.deleted_paths) == (
        ["projects/line2/project.json"],
        [PATH],
        [code],
    )
    assert (entry.added, entry.modified, entry.deleted) == (1, 1, 1)
    assert entry.at.startswith("2026-01-01T00:00:0")


@pytest.mark.parametrize(("outcome", "result"), [("completed", "success"), ("undone", "undone")])
def test_a_merge_of_an_earlier_life_is_told_as_it_ended(outcome: Any, result: str) -> None:
    entry = recovery_of(Settlement(outcome, "c" * 40, 2, ("a.json",)), at="2026-01-01T00:00:00Z")
    assert (entry.trigger, entry.result, entry.modified, entry.kept_paths) == ("recovery", result, 2, ["a.json"])


async def test_it_keeps_the_last_ten(autojump_clock: MockClock, synced: Plant) -> None:
    commits = []
    for number in range(12):
        commits.append(await synced.push({PATH: f"version {number}"}))
        await trio.sleep(1)
    assert [entry.commit for entry in synced.history] == commits[-10:]


async def test_it_goes_on_over_a_restart(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.agent.stop()
    await synced.run()
    await synced.push({PATH: "new"})
    await trio.sleep(1)
    assert [entry.trigger for entry in synced.history] == ["start", "commit"]


async def test_paths_are_cut_to_the_limit_with_a_count(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.want(history_limit=2000)
    await synced.push({f"projects/line1/views/view number {number}/view.json": "{}" for number in range(200)})
    await trio.sleep(200)  # many share the map
    entry = synced.history[-1]
    assert len(synced.text("changes").encode()) <= 2000
    assert entry.added == 200
    assert entry.paths_left_out == 200 - len(entry.added_paths)


async def test_the_same_failure_is_one_entry_however_often_it_is_tried(
    autojump_clock: MockClock, synced: Plant
) -> None:
    await synced.want("f" * 40)
    await trio.sleep(900)
    assert [entry.result for entry in synced.history] == ["success", "error"]


async def test_files_that_went_live_are_told_although_the_scan_fails_as_before(
    autojump_clock: MockClock, synced: Plant
) -> None:
    synced.gateway.scan = 500
    await synced.push({PATH: "one"})
    await trio.sleep(5)
    synced.edit("by hand", PATH)
    commit = await synced.push({PATH: "two"})
    await trio.sleep(100)
    told = synced.history[-1]
    assert (len(synced.history), told.commit, told.modified_paths) == (3, commit, [PATH])
    assert [path.endswith(PATH) for path in told.kept_paths] == [True]


async def test_what_came_before_is_not_lost_when_it_cannot_be_read_at_first(
    autojump_clock: MockClock, synced: Plant
) -> None:
    await synced.agent.stop()
    synced.through = troubled = TroubledCluster(synced.cluster)
    await synced.run()
    troubled.down("get", "patch")
    await synced.push({PATH: "new"})
    await trio.sleep(20)
    troubled.mend()
    await trio.sleep(40)
    assert [entry.trigger for entry in synced.history] == ["start", "commit"]


async def test_the_other_gateways_keys_are_never_touched(autojump_clock: MockClock, synced: Plant) -> None:
    name = f"stoker-changes-{CR}"
    await synced.cluster.patch(CONFIGMAPS, SPACE, name, {"data": {"other": "[]"}})
    await synced.push({PATH: "new"})
    await trio.sleep(1)
    found = synced.cluster.peek(CONFIGMAPS, SPACE, name)
    assert found is not None
    assert found.data["other"] == "[]"


async def test_an_entry_is_json_that_people_can_read(autojump_clock: MockClock, synced: Plant) -> None:
    entry = json.loads(synced.text("changes"))[0]
    assert {"at", "trigger", "ref", "commit", "author", "subject", "result", "duration", "added"} <= entry.keys()


async def test_a_sync_whose_report_was_cut_off_is_told_by_the_next_life(
    autojump_clock: MockClock, synced: Plant
) -> None:
    await synced.agent.stop()
    synced.through = troubled = TroubledCluster(synced.cluster)
    agent = await synced.run()
    troubled.down("patch", "create")
    commit = await synced.push({PATH: "new"})
    await trio.sleep(1)
    agent.scope.cancel()
    await agent.ended.wait()
    troubled.mend()
    await synced.run()
    assert (synced.history[-1].commit, synced.report.synced_commit) == (commit, commit)
