"""One merge patch of what changed, never of the whole object; transition times move with the status of a condition only."""

from __future__ import annotations

from stoker.api.times import rfc3339
from tests.controller.house import EPOCH, URL, B, House, now


async def test_transition_times_move_only_when_the_status_flips(resolved: House) -> None:
    pod = await resolved.pod("gw-0")
    first = resolved.condition("AllGatewaysSynced").last_transition_time
    assert first == rfc3339(EPOCH)
    await resolved.advance(100)
    await resolved.pod("gw-1")
    assert resolved.words("AllGatewaysSynced")[2] == "0/2 synced"
    assert resolved.condition("AllGatewaysSynced").last_transition_time == first
    await resolved.report(pod)
    assert resolved.condition("AllGatewaysSynced").last_transition_time == first
    assert resolved.condition("RefResolved").last_transition_time == first


async def test_and_then_to_the_time_of_the_flip(resolved: House) -> None:
    pod = await resolved.pod("gw-0")
    await resolved.advance(100)
    await resolved.report(pod)
    assert resolved.condition("AllGatewaysSynced").last_transition_time == rfc3339(now())
    assert resolved.condition("Ready").last_transition_time == rfc3339(now())


async def test_a_restart_writes_nothing_of_its_own(resolved: House) -> None:
    await resolved.report(await resolved.pod("gw-0"))
    before = resolved.cluster.writes
    again = House(resolved.cluster, resolved.refs)
    await again.start(resolved.nursery)
    await again.advance(5)
    assert resolved.cluster.writes == before


async def test_a_pod_that_only_gets_older_changes_nothing(resolved: House) -> None:
    pod = await resolved.pod("gw-0")
    await resolved.report(pod)
    before = resolved.cluster.writes
    await resolved.report(pod)
    assert resolved.cluster.writes == before


async def test_what_others_put_into_the_status_stays(resolved: House) -> None:
    resolved.refs.push(URL, B)
    await resolved.advance(61)
    assert resolved.status().last_sync_commit == B
    assert resolved.status().profile_count == 1
    assert resolved.status().last_sync_commit_short == B[:7]
