"""A key stays while its pod exists in any phase, or while it is a discovered gateway's name; nobody else's does."""

from __future__ import annotations

import pytest

from stoker.api import names
from stoker.controller.outcome import Census, Memory, Pass
from stoker.controller.steps import reports
from stoker.kube.cluster import CONFIGMAPS, PODS
from tests.controller.house import NS, House

MAPS = ("stoker-status-main", "stoker-changes-main")


async def write(house: House, **data: str) -> None:
    for name in MAPS:
        await house.cluster.patch(CONFIGMAPS, NS, name, {"data": data})
    await house.settle()


def keys(house: House) -> list[set[str]]:
    return [set(house.data(name) or {}) for name in MAPS]


async def test_strangers_are_dropped(resolved: House) -> None:
    await write(resolved, gone="{}")
    assert keys(resolved) == [set(), set()]


@pytest.mark.parametrize("phase", ["Pending", "Running", "Succeeded", "Failed"])
async def test_pods_in_any_phase_keep_theirs(resolved: House, phase: str) -> None:
    await resolved.pod("gw-0", phase=phase)
    await write(resolved, **{"gw-0": "{}"})
    assert keys(resolved) == [{"gw-0"}, {"gw-0"}]


async def test_a_discovered_gateways_name_keeps_its(resolved: House) -> None:
    await resolved.pod("gw-0", annotations={names.GATEWAY_NAME: "press"})
    await write(resolved, press="{}", other="{}")
    assert keys(resolved) == [{"press"}, {"press"}]


async def test_a_deleted_pod_takes_its_own(resolved: House) -> None:
    await resolved.pod("gw-0")
    await write(resolved, **{"gw-0": "{}"})
    await resolved.cluster.delete(PODS, NS, "gw-0")
    await resolved.settle()
    assert keys(resolved) == [set(), set()]


async def test_a_pod_that_moved_to_another_resource_keeps_its_while_it_exists(resolved: House) -> None:
    await resolved.pod("gw-0")
    await write(resolved, **{"gw-0": "{}"})
    await resolved.cluster.patch(PODS, NS, "gw-0", {"metadata": {"annotations": {names.CR_NAME: "other"}}})
    await resolved.settle()
    assert keys(resolved) == [{"gw-0"}, {"gw-0"}]


async def test_a_pod_that_reports_before_its_watch_event_came_keeps_its(resolved: House) -> None:
    await resolved.pod("gw-0", "other")
    await write(resolved, **{"gw-0": "{}"})
    nobody_seen_yet = Pass(resolved.seen(), Memory(), Census((), frozenset()))
    await reports.collect(nobody_seen_yet, resolved.cluster, [])
    assert keys(resolved) == [{"gw-0"}, {"gw-0"}]
