"""The object limit: maps that would pass it, too many gateways for one map, a status of too many words."""

from __future__ import annotations

import msgspec
import pytest

from stoker.api.objects import GatewaySync, ObjectMeta, Pod, PodStatus
from stoker.api.status import DiscoveredGateway, Status
from stoker.controller.outcome import Census, Memory, Pass
from stoker.controller.steps import discovery, reports, status
from tests.controller.house import NS, A, House, now

PATH = "p" * 250


def heavy(count: int) -> dict[str, object]:
    mappings = [{"source": f"{PATH}{number}", "destination": f"{PATH}{number}"} for number in range(60)]
    return {f"profile-{number}": {"mappings": mappings} for number in range(count)}


async def test_profiles_that_pass_a_megabyte_are_named(resolved: House) -> None:
    before = resolved.metadata()
    await resolved.edit(sync__profiles=heavy(40))
    status_, reason, message = resolved.words("AllGatewaysSynced")
    assert (status_, reason) == ("False", "MapsTooLarge")
    assert "fewer or smaller profiles" in message
    assert resolved.metadata() == before
    assert resolved.words("Ready")[0] == "False"


async def test_it_mends_with_the_profiles(resolved: House) -> None:
    await resolved.edit(sync__profiles=heavy(40))
    await resolved.edit(sync__profiles={f"profile-{number}": None for number in range(2, 40)})
    assert resolved.words("AllGatewaysSynced")[1] == "NoGatewaysDiscovered"
    assert "profile-0" in resolved.metadata()["profiles"]


async def test_more_pods_than_one_map_has_room_for_are_said(resolved: House) -> None:
    many = tuple(
        Pod(metadata=ObjectMeta(name=f"gw-{number}", namespace=NS), status=PodStatus(phase="Running"))
        for number in range(2000)
    )
    this = Pass(resolved.seen(), Memory(), Census(many, frozenset(pod.metadata.name for pod in many)))
    await reports.collect(this, resolved.cluster, discovery.discover(this))
    assert "2000 pods share" in this.maps_too_large
    assert "split the gateways" in this.maps_too_large


@pytest.mark.usefixtures("resolved")
async def test_a_status_of_too_many_words_is_shortened(autojump_clock: object) -> None:
    gateways = [
        DiscoveredGateway(name=f"gw-{number}", projects_synced=["p" * 500], error_message="e" * 1000, synced_commit=A)
        for number in range(1500)
    ]
    this = Pass(GatewaySync(metadata=ObjectMeta(name="main"), status=Status(discovered_gateways=gateways)), Memory())
    composed = status.compose(this, now=now())
    assert len(msgspec.json.encode(composed)) < 900 * 1024
    assert [gateway.name for gateway in composed.discovered_gateways] == [f"gw-{number}" for number in range(1500)]


async def test_the_history_limit_follows_the_number_of_pods(resolved: House) -> None:
    for number in range(60):
        await resolved.pod(f"gw-{number}", phase="Pending")
    assert resolved.metadata()["historyLimit"] == str(900 * 1024 // 60)
