"""Each transition once, with the contract's reason; steady states are silent."""

from __future__ import annotations

import trio
import trio.testing

from stoker.errors import GitUnreachable
from stoker.kube.cluster import PODS, ROLEBINDINGS
from tests.controller.house import NS, URL, A, B, House


async def test_discovered_gateways_once_each(resolved: House) -> None:
    await resolved.pod("gw-0")
    await resolved.pod("gw-1")
    await resolved.advance(300)
    assert sorted(resolved.events("GatewaysDiscovered")) == [
        "Discovered 1 gateway(s) (was 0): gw-0",
        "Discovered 2 gateway(s) (was 1): gw-1",
    ]


async def test_and_one_that_goes_for_good(resolved: House) -> None:
    await resolved.pod("gw-0")
    await resolved.pod("gw-1")
    await resolved.cluster.delete(PODS, NS, "gw-1")
    await resolved.advance(300)
    assert "Discovered 1 gateway(s) (was 2)" in resolved.events("GatewaysDiscovered")


async def test_sync_completed_when_the_last_one_is(resolved: House) -> None:
    pod = await resolved.pod("gw-0")
    await resolved.report(pod)
    await resolved.advance(300)
    assert resolved.events("SyncCompleted") == [f"1/1 synced at {A[:7]}"]
    resolved.refs.push(URL, B)
    await resolved.advance(60)
    await resolved.report(pod, syncedCommit=B)
    assert sorted(resolved.events("SyncCompleted")) == [f"1/1 synced at {commit[:7]}" for commit in (A, B)]


async def test_a_failed_look_up_once_and_not_each_retry(resolved: House) -> None:
    resolved.refs.errors[URL] = GitUnreachable("down")
    await resolved.advance(1000)
    assert resolved.events("RefResolutionFailed") == ["Ref resolution failed (retry in 30s): down"]


async def test_the_very_first_one_too(house: House) -> None:
    house.refs.errors[URL] = GitUnreachable("down")
    await house.resource()
    assert house.events("RefResolutionFailed") == ["Ref resolution failed (retry in 30s): down"]


async def test_again_after_a_success(house: House) -> None:
    house.refs.errors[URL] = GitUnreachable("down")
    await house.resource()
    house.refs.errors.clear()
    await house.advance(60)
    house.refs.errors[URL] = GitUnreachable("down")
    await house.advance(60)
    assert len(house.events("RefResolutionFailed")) == 2


async def test_not_again_by_the_next_leader(nursery: trio.Nursery, autojump_clock: trio.testing.MockClock) -> None:
    house = House.built()
    async with trio.open_nursery() as first:
        await house.start(first)
        await house.resource(git__ref="missing")
        first.cancel_scope.cancel()
    await house.start(nursery)
    await house.advance(60)
    assert len(house.events("RefResolutionFailed")) == 1


async def test_a_pause_once(resolved: House) -> None:
    await resolved.edit(paused=True)
    await resolved.pod("gw-0")
    assert resolved.events("Paused") == ["Reconciliation paused"]


async def test_invalid_profiles_once(resolved: House) -> None:
    await resolved.edit(sync__profiles__default__mappings=[])
    await resolved.pod("gw-0")
    (said,) = resolved.events("ProfilesInvalid")
    assert said == f"Profile validation failed: {resolved.words('ProfilesValid')[2]}"


async def test_each_pod_that_misses_its_sidecar_once(resolved: House) -> None:
    await resolved.pod("gw-0", agent=False)
    await resolved.pod("gw-1", agent=False)
    await resolved.advance(300)
    said = sorted(resolved.events("MissingSidecar"))
    assert [message.split(";")[0] for message in said] == [
        f"pod {name}: inject annotation but no stoker-agent sidecar" for name in ("gw-0", "gw-1")
    ]


async def test_none_is_told_twice_because_the_status_could_not_be_written(resolved: House) -> None:
    resolved.cluster.refuse("patch", "gatewaysyncs", times=1)
    await resolved.pod("gw-0")
    await resolved.advance(60)
    assert resolved.gateway("gw-0").name == "gw-0"
    assert resolved.events("GatewaysDiscovered") == ["Discovered 1 gateway(s) (was 0): gw-0"]


async def test_a_refused_binding_once(house: House) -> None:
    house.cluster.refuse("create", "rolebindings", times=3)
    await house.resource()
    await house.advance(1000)
    assert house.events("RBACError") == ["Failed to keep the agent RoleBinding: refused by the test"]
    assert house.cluster.peek(ROLEBINDINGS, NS, "stoker-agent-main") is not None
