"""Triggers: what is wanted changes, the period passes, own labels change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import trio

from stoker.api.profiles import MappingSpec
from stoker.kube.cluster import CONFIGMAPS, PODS
from tests.agent.plant import CR, POD, SPACE
from tests.agent.trouble import TroubledCluster

if TYPE_CHECKING:
    from collections.abc import Callable

    from trio.testing import MockClock

    from tests.agent.plant import Plant


async def test_another_profile_is_synced_at_once(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.profiled(mappings=[MappingSpec(source="projects", destination="projects/all")])
    await trio.sleep(1)
    assert synced.live("projects/all/line1/project.json") is not None
    assert synced.live() is None
    assert synced.history[-1].trigger == "profile"


async def test_a_dead_watch_is_made_up_for_by_reading_at_the_timer(autojump_clock: MockClock, plant: Plant) -> None:
    plant.gateway.start()
    plant.through = troubled = TroubledCluster(plant.cluster)
    troubled.down("list", "watch")
    await plant.run(31)
    assert plant.live() is not None
    await plant.push({"projects/line1/project.json": "new"})
    await trio.sleep(31)
    assert plant.live() == "new"


async def test_the_period_of_the_profile_is_the_timer(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.profiled(sync_period=5)
    await trio.sleep(1)
    before = synced.metric("sync_skipped_total", reason="commit_unchanged")
    await trio.sleep(50)
    assert synced.metric("sync_skipped_total", reason="commit_unchanged") - before == 10


async def test_once_its_resource_is_gone_a_gateway_is_left_alone(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.profiled(drift_policy="heal", sync_period=5)
    await trio.sleep(1)
    await synced.cluster.delete(CONFIGMAPS, SPACE, f"stoker-metadata-{CR}")
    synced.edit("by hand")
    await trio.sleep(60)
    assert synced.live() == "by hand"


async def test_own_labels_are_read_again_at_the_timer_when_the_profile_uses_them(
    autojump_clock: MockClock, synced: Plant
) -> None:
    await synced.profiled(mappings=[MappingSpec(source="projects", destination="projects/{{.Labels.site}}")])
    await trio.sleep(1)
    assert synced.live("projects/north/line1/project.json") is not None
    await synced.cluster.patch(PODS, SPACE, POD, {"metadata": {"labels": {"site": "south"}}})
    await trio.sleep(31)
    assert synced.live("projects/south/line1/project.json") is not None


async def test_the_pods_index_is_a_label_that_counts_as_used_by_a_profile_with_its_ordinal(
    autojump_clock: MockClock, plant: Plant
) -> None:
    await plant.cluster.patch(PODS, SPACE, POD, {"metadata": {"labels": {"apps.kubernetes.io/pod-index": "7"}}})
    await plant.profiled(mappings=[MappingSpec(source="projects", destination="projects/{{.PodOrdinal}}")])
    await plant.run(1)
    assert plant.live("projects/7/line1/project.json") is not None


async def test_labels_may_be_used_in_a_templated_file_alone(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.profiled(mappings=[MappingSpec(source="projects", destination="projects", template=True)])
    await synced.push({"projects/line1/project.json": "{{.Labels.site}}"})
    await trio.sleep(1)
    assert synced.live() == "north"


async def test_a_profile_without_labels_never_asks_for_the_pod(autojump_clock: MockClock, plant: Plant) -> None:
    plant.through = troubled = TroubledCluster(plant.cluster)
    await plant.run(100)
    assert "get pods" not in troubled.calls


async def test_labels_that_cannot_be_read_any_more_are_the_ones_last_known_which_is_said_once(
    autojump_clock: MockClock, plant: Plant, logged: Callable[[], list[dict[str, Any]]]
) -> None:
    plant.through = troubled = TroubledCluster(plant.cluster)
    await plant.profiled(mappings=[MappingSpec(source="projects", destination="projects/{{.Labels.site}}")])
    await plant.run(1)
    await plant.push({"projects/line1/project.json": "new"})
    troubled.forbid("get")
    await trio.sleep(400)
    assert plant.live("projects/north/line1/project.json") == "new"
    assert [line["level"] for line in logged() if line["event"] == "labels_not_read"] == ["warning"]
