"""The agent's key of the status map: every field, bounded, patched alone, and never created."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import trio

from stoker.api.profiles import MappingSpec
from stoker.api.reports import Report
from stoker.kube.cluster import CONFIGMAPS
from tests.agent.plant import CR, POD, SPACE
from tests.agent.trouble import TroubledCluster

if TYPE_CHECKING:
    from collections.abc import Callable

    from trio.testing import MockClock

    from tests.agent.plant import Plant

STATUS = f"stoker-status-{CR}"


async def test_it_has_every_field_of_a_synced_gateway(autojump_clock: MockClock, synced: Plant) -> None:
    report = json.loads(synced.text("status"))
    commit = synced.origin.hash_of("main")
    assert report.pop("lastSyncTime").startswith("2026-01-01T00:00:0")
    assert report.pop("lastSyncDuration").endswith("s")
    assert report == {
        "syncStatus": "Synced",
        "syncedCommit": commit,
        "syncedRef": "main",
        "agentVersion": "1.2.3",
        "lastScanResult": "projects=200 config=200",
        "filesChanged": 2,
        "projectsSynced": ["line1"],
        "podUID": "uid-1",
        "profileName": "default",
        "gatewayName": "press",
    }


async def test_its_time_moves_with_its_status(autojump_clock: MockClock, plant: Plant) -> None:
    await plant.run(60)
    pending = plant.report
    plant.gateway.start()
    await trio.sleep(5)
    assert (pending.sync_status, plant.report.sync_status) == ("Pending", "Synced")
    assert plant.report.last_sync_time > pending.last_sync_time


async def test_an_error_keeps_the_last_good_commit(autojump_clock: MockClock, synced: Plant) -> None:
    good = synced.report.synced_commit
    await synced.want("f" * 40)
    await trio.sleep(1)
    assert (synced.report.sync_status, synced.report.synced_commit) == ("Error", good)
    assert "f" * 40 in synced.report.error_message


async def test_a_missing_profile_is_an_error_that_names_those_there_are(
    autojump_clock: MockClock, plant: Plant
) -> None:
    await plant.want(profiles={"press": plant.profile, "oven": plant.profile})
    await plant.run(1)
    assert plant.report.sync_status == "Error"
    assert "profile 'default' not found in GatewaySync line (it has: oven, press)" in plant.report.error_message
    assert plant.metric("sync_skipped_total", reason="profile_error") == 1


@pytest.mark.parametrize(("kind", "status"), [("projects", 401), ("config", 404)])
async def test_a_scan_that_failed_is_told_as_an_error_with_its_kind(
    autojump_clock: MockClock, synced: Plant, kind: str, status: int
) -> None:
    synced.gateway.scan = {kind: status}
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(5)
    assert synced.report.sync_status == "Error"
    assert synced.report.last_scan_result.startswith(f"error: scan/{kind}: POST http")
    assert f"{status}, " in synced.report.last_scan_result


async def test_metadata_that_cannot_be_read_is_an_error_until_it_can(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.put({"historyLimit": "many"})
    await trio.sleep(1)
    assert synced.report.sync_status == "Error"
    assert "historyLimit" in synced.report.error_message
    await synced.put({"historyLimit": "9000"})
    await trio.sleep(31)
    assert synced.report.sync_status == "Synced"


async def test_a_long_error_is_cut_to_a_kibibyte(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.profiled(mappings=[MappingSpec(source="x" * 3000, destination="y", required=True)])
    await trio.sleep(1)
    assert synced.report.sync_status == "Error"
    assert len(synced.report.error_message.encode()) <= 1024


async def test_the_whole_key_stays_within_its_share_of_the_map(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.want(history_limit=1500)
    await synced.push({f"projects/project number {number}/project.json": "{}" for number in range(300)})
    await trio.sleep(200)  # many share the map
    assert len(synced.text("status").encode()) <= 1500
    assert (synced.report.projects_synced or [])[-1].endswith("more")


async def test_a_fault_before_any_sync_stays_within_that_share_too(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.want(history_limit=1500)
    await synced.push({f"projects/project number {number}/project.json": "{}" for number in range(300)})
    await trio.sleep(200)  # many share the map
    await synced.put({"historyLimit": "x" * 40})
    await trio.sleep(200)  # many share the map
    assert synced.report.sync_status == "Error"
    assert len(synced.text("status").encode()) <= 1500


async def test_only_the_own_key_is_patched(autojump_clock: MockClock, plant: Plant) -> None:
    await plant.cluster.patch(CONFIGMAPS, SPACE, STATUS, {"data": {"gw-1": "another's"}})
    await plant.run()
    found = plant.cluster.peek(CONFIGMAPS, SPACE, STATUS)
    assert found is not None
    assert (found.data["gw-1"], POD in found.data) == ("another's", True)


async def test_a_map_that_is_not_there_is_waited_for_and_never_created(autojump_clock: MockClock, plant: Plant) -> None:
    await plant.cluster.delete(CONFIGMAPS, SPACE, STATUS)
    plant.gateway.start()
    await plant.run(60)
    assert plant.cluster.peek(CONFIGMAPS, SPACE, STATUS) is None
    assert plant.live() is not None
    await plant.cluster.create(CONFIGMAPS, SPACE, {"metadata": {"name": STATUS}, "data": {}})
    await trio.sleep(35)
    assert plant.report.sync_status == "Synced"


async def test_a_pod_of_the_same_name_does_not_take_up_the_old_ones_report(
    autojump_clock: MockClock, synced: Plant
) -> None:
    await synced.agent.stop()
    old = synced.report
    synced.pod_uid = "uid-2"
    await synced.run()
    assert synced.report.pod_uid == "uid-2"
    assert synced.report.last_sync_time > old.last_sync_time


async def test_it_is_written_with_one_patch_and_no_read_before(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.agent.stop()
    synced.through = troubled = TroubledCluster(synced.cluster)
    await synced.run()
    troubled.calls.clear()
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(1)
    assert troubled.calls.count("patch configmaps") == 2  # status and changes
    assert "create configmaps" not in troubled.calls


async def test_a_report_that_was_lost_is_written_later_and_in_its_newest_form(
    autojump_clock: MockClock, synced: Plant
) -> None:
    await synced.agent.stop()
    synced.through = troubled = TroubledCluster(synced.cluster)
    await synced.run()
    troubled.down("patch")
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(10)
    commit = await synced.push({"projects/line1/project.json": "newer"})
    await trio.sleep(10)
    troubled.mend()
    await trio.sleep(31)
    assert synced.report.synced_commit == commit


async def test_one_that_was_lost_is_written_within_half_a_minute_whatever_the_period(
    autojump_clock: MockClock, plant: Plant
) -> None:
    await plant.profiled(sync_period=3600)
    plant.through = troubled = TroubledCluster(plant.cluster)
    await plant.run()
    troubled.down("patch")
    commit = await plant.push({"projects/line1/project.json": "new"})
    await trio.sleep(300)
    troubled.mend()
    await trio.sleep(35)
    assert plant.report.synced_commit == commit


async def test_a_refusal_is_logged_with_the_command_that_mends_it(
    autojump_clock: MockClock, plant: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    plant.through = troubled = TroubledCluster(plant.cluster)
    troubled.forbid("patch")
    await plant.run(60)
    said = capsys.readouterr().out
    assert "kubectl -n plant create rolebinding stoker-agent-line --clusterrole=stoker-agent" in said
    assert said.count("report_forbidden") <= 3


async def test_a_refusal_is_told_once_and_again_after_it_was_mended(
    autojump_clock: MockClock, plant: Plant, logged: Callable[[], list[dict[str, Any]]]
) -> None:
    plant.through = troubled = TroubledCluster(plant.cluster)
    await plant.run(60)
    for told in (1, 2):
        troubled.forbid("patch", "get")
        await plant.push({"projects/line1/project.json": f"edition {told}"})
        await trio.sleep(300)
        for event, what in (("report_forbidden", "stoker-status-line"), ("metadata_not_read", None)):
            assert sum((line["event"], line.get("what")) == (event, what) for line in logged()) == told
        troubled.mend()
        await trio.sleep(60)


def test_the_fields_are_the_documented_ones() -> None:
    assert {field.encode_name for field in msgspec.structs.fields(Report)} == {
        *("syncStatus", "syncedCommit", "syncedRef", "lastSyncTime", "lastSyncDuration", "agentVersion"),
        *("lastScanResult", "filesChanged", "projectsSynced", "errorMessage", "podUID", "profileName", "dryRun"),
        *("dryRunDiffAdded", "dryRunDiffModified", "dryRunDiffDeleted", "designerSessionsBlocked", "gatewayName"),
        *("driftFiles", "driftPaths"),
    }
