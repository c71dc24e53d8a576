"""The three-way application: what left the file leaves the object, what others wrote stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.api import names
from stoker.kube.cluster import GATEWAYSYNCS, PODS, SECRETS
from stoker.kube.memory import MemoryCluster
from stoker.standalone.apply import apply
from stoker.standalone.manifests import load_manifests
from tests.standalone.conftest import SECRET, pod, resource

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from stoker.api.objects import GatewaySync
    from stoker.standalone.apply import Applied

RECEIVED = {"metadata": {"annotations": {names.REQUESTED_AT: "received"}, "finalizers": [names.FINALIZER]}}


@pytest.fixture
def cluster() -> MemoryCluster:
    return MemoryCluster()


@pytest.fixture
def give(cluster: MemoryCluster, write: Callable[..., Path], tmp_path: Path) -> Callable[..., Awaitable[Applied]]:
    """Write documents and apply them."""

    async def giver(*documents: str) -> Applied:
        loaded = load_manifests([write(*documents)], data_dir=tmp_path, host="edge")
        return await apply(cluster, loaded.objects)

    return giver


def annotated(value: str) -> str:
    """A resource whose file holds a request."""
    return resource().replace("{name: plant}", f'{{name: plant, annotations: {{stoker.io/requested-at: "{value}"}}}}')


async def plant(cluster: MemoryCluster) -> GatewaySync:
    return await cluster.get(GATEWAYSYNCS, "default", "plant")


async def test_the_same_files_twice_write_nothing(
    cluster: MemoryCluster, give: Callable[..., Awaitable[Applied]]
) -> None:
    assert (await give(SECRET, resource())).created
    writes = cluster.writes
    assert not await give(SECRET, resource())
    assert cluster.writes == writes


async def test_what_the_receiver_wrote_stays_through_an_edit(
    cluster: MemoryCluster, give: Callable[..., Awaitable[Applied]]
) -> None:
    await give(resource())
    await cluster.patch(GATEWAYSYNCS, "default", "plant", RECEIVED)
    await give(resource().replace("ref: main", "ref: v2"))
    live = await plant(cluster)
    assert live.metadata.annotations[names.REQUESTED_AT] == "received"
    assert live.metadata.finalizers == [names.FINALIZER]
    assert live.spec["git"]["ref"] == "v2"
    assert live.metadata.generation == 2


async def test_a_field_that_left_the_file_leaves_the_object(
    cluster: MemoryCluster, give: Callable[..., Awaitable[Applied]]
) -> None:
    await give(annotated("one"))
    await give(resource().replace("  polling: {interval: 1h}\n", ""))
    live = await plant(cluster)
    assert "polling" not in live.spec
    assert names.REQUESTED_AT not in live.metadata.annotations


async def test_a_changed_request_in_the_file_wins(
    cluster: MemoryCluster, give: Callable[..., Awaitable[Applied]]
) -> None:
    await give(annotated("one"))
    await cluster.patch(GATEWAYSYNCS, "default", "plant", RECEIVED)
    await give(annotated("two"))
    assert (await plant(cluster)).metadata.annotations[names.REQUESTED_AT] == "two"


async def test_an_old_request_in_the_file_never_overwrites_a_newer_one(
    cluster: MemoryCluster, give: Callable[..., Awaitable[Applied]]
) -> None:
    await give(annotated("one"))
    await cluster.patch(GATEWAYSYNCS, "default", "plant", RECEIVED)
    await give(annotated("one").replace("ref: main", "ref: v2"))
    assert (await plant(cluster)).metadata.annotations[names.REQUESTED_AT] == "received"


async def test_what_is_removed_is_deleted_and_what_others_made_is_left(
    cluster: MemoryCluster, give: Callable[..., Awaitable[Applied]], tmp_path: Path
) -> None:
    await give(SECRET, resource("a"), resource("b"), pod(tmp_path, annotations="stoker.io/cr-name: a"))
    await cluster.create(SECRETS, "default", {"metadata": {"name": "made-by-the-controller"}})
    applied = await give(resource("a"))
    assert applied.deleted == ["Pod default/gw", "GatewaySync default/b", "Secret default/ignition-api"]
    assert [item.metadata.name for item in (await cluster.list(SECRETS)).items] == ["made-by-the-controller"]


async def test_a_pod_stands_in_the_store_as_after_admission(
    cluster: MemoryCluster, give: Callable[..., Awaitable[Applied]], tmp_path: Path
) -> None:
    await give(resource(), pod(tmp_path))
    live = await cluster.get(PODS, "default", "gw")
    assert live.status.phase == "Running"
    assert live.metadata.annotations[names.CR_NAME] == "plant"
    assert [container.name for container in live.spec.init_containers] == [names.AGENT_CONTAINER]


async def test_a_resource_put_back_before_its_finalizer_ran_begins_anew(
    cluster: MemoryCluster, give: Callable[..., Awaitable[Applied]]
) -> None:
    await give(SECRET, resource())
    await cluster.patch(GATEWAYSYNCS, "default", "plant", RECEIVED)
    before = await plant(cluster)
    await give(SECRET, resource("other"))
    assert (await plant(cluster)).metadata.deletion_timestamp
    assert (await give(SECRET, resource())).created == ["GatewaySync default/plant"]
    after = await plant(cluster)
    assert (after.metadata.deletion_timestamp, after.metadata.annotations.get(names.REQUESTED_AT)) == (None, None)
    assert after.metadata.uid != before.metadata.uid
