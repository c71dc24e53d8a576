"""Events on the resource: each thing said once, by its reason, about the resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from stoker.api.names import API_VERSION, KIND
from stoker.api.profiles import MappingSpec
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS
from tests.agent.plant import CR, SPACE
from tests.agent.trouble import TroubledCluster

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant

PATH = "projects/line1/project.json"


async def test_a_sync_is_told_as_completed(autojump_clock: MockClock, synced: Plant) -> None:
    commit = await synced.push({PATH: "new"})
    await trio.sleep(1)
    event = next(event for event in synced.events if commit[:7] in event.message)
    resource = synced.cluster.peek(GATEWAYSYNCS, SPACE, CR)
    assert resource is not None
    assert (event.type, event.reason) == ("Normal", "SyncCompleted")
    assert event.message.startswith("press: ")
    assert (event.involved_object.name, event.involved_object.uid) == (CR, resource.metadata.uid)


async def test_the_resource_is_the_one_that_owns_the_maps(autojump_clock: MockClock, synced: Plant) -> None:
    owner = {"apiVersion": API_VERSION, "kind": KIND, "name": CR, "uid": "of-the-owner"}
    for name in ("status", "changes"):
        owned = {"metadata": {"ownerReferences": [owner]}}
        await synced.cluster.patch(CONFIGMAPS, SPACE, f"stoker-{name}-{CR}", owned)
    commit = await synced.push({PATH: "new"})
    await trio.sleep(1)
    event = next(event for event in synced.events if commit[:7] in event.message)
    assert event.involved_object.uid == "of-the-owner"


async def test_a_commit_that_cannot_be_had_is_clone_failed(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.want("f" * 40)
    await trio.sleep(900)
    assert synced.reasons.count("CloneFailed") == 1
    assert "SyncFailed" not in synced.reasons


async def test_a_plan_that_cannot_be_carried_out_is_sync_failed(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.profiled(mappings=[MappingSpec(source="nowhere", destination="projects", required=True)])
    await trio.sleep(900)
    assert synced.reasons.count("SyncFailed") == 1


async def test_a_failed_scan_is_sync_failed(autojump_clock: MockClock, synced: Plant) -> None:
    synced.gateway.scan = 401
    await synced.push({PATH: "new"})
    await trio.sleep(900)
    assert synced.reasons.count("SyncFailed") == 1


async def test_a_missing_profile_is_sync_failed(autojump_clock: MockClock, plant: Plant) -> None:
    await plant.want(profiles={"other": plant.profile})
    await plant.run(300)
    assert plant.reasons == ["SyncFailed"]


async def test_quiet_times_have_no_events(autojump_clock: MockClock, synced: Plant) -> None:
    before = synced.reasons
    await trio.sleep(900)
    assert synced.reasons == before


async def test_an_event_that_could_not_be_written_comes_later(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.agent.stop()
    synced.through = troubled = TroubledCluster(synced.cluster)
    await synced.run()
    troubled.down("get")
    commit = await synced.push({PATH: "new"})
    await trio.sleep(20)
    troubled.mend()
    await trio.sleep(31)
    assert any(commit[:7] in event.message for event in synced.events)


async def test_a_resource_that_is_gone_gets_none(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.cluster.delete(GATEWAYSYNCS, SPACE, CR)
    before = len(synced.events)
    await synced.push({PATH: "new"})
    await trio.sleep(60)
    assert len(synced.events) == before
    await synced.cluster.create(GATEWAYSYNCS, SPACE, {"metadata": {"name": CR}, "spec": {}})
    await trio.sleep(60)
    assert len(synced.events) == before, "a successor hears of what was said to its predecessor"
