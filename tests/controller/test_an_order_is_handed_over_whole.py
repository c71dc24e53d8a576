"""URL, ref, commit and profiles travel together: a profile never meets a commit that it was not written for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import trio
import trio.testing

from stoker.kube.cluster import GATEWAYSYNCS
from tests.controller.house import NS, URL, A, B, House

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Restart = Callable[[dict[str, Any]], Awaitable[House]]

OTHER = "https://git.example/other.git"
MOVED = [{"source": "moved", "destination": "projects"}]


def sources(house: House) -> list[str]:
    profiles = json.loads(house.metadata()["profiles"])
    return [mapping["source"] for mapping in profiles["default"]["mappings"]]


async def test_a_new_profile_waits_for_the_look_up_of_its_generation(resolved: House) -> None:
    resolved.refs.takes = 5
    resolved.refs.push(URL, B)
    await resolved.edit(sync__profiles__default__mappings=MOVED)
    assert (sources(resolved), resolved.metadata()["commit"]) == (["projects"], A)
    await resolved.advance(5)
    assert (sources(resolved), resolved.metadata()["commit"]) == (["moved"], B)


async def test_it_goes_with_the_last_good_commit_when_that_fails(resolved: House) -> None:
    del resolved.refs.refs[URL]
    await resolved.edit(sync__profiles__default__mappings=MOVED)
    assert (sources(resolved), resolved.metadata()["commit"]) == (["moved"], A)


async def test_but_not_when_the_ref_changed_with_it(resolved: House) -> None:
    await resolved.edit(git__ref="v2", sync__profiles__default__mappings=MOVED)
    assert resolved.words("RefResolved")[0] == "False"
    assert (sources(resolved), resolved.metadata()["commit"], resolved.metadata()["ref"]) == (["projects"], A, "main")
    resolved.refs.push(URL, B, "refs/tags/v2")
    await resolved.advance(30)
    assert (sources(resolved), resolved.metadata()["commit"], resolved.metadata()["ref"]) == (["moved"], B, "v2")


async def test_nor_when_the_repository_did(resolved: House) -> None:
    await resolved.edit(git__repo=OTHER)
    assert (resolved.metadata()["gitURL"], resolved.metadata()["commit"]) == (URL, A)
    resolved.refs.push(OTHER, B)
    await resolved.advance(30)
    assert (resolved.metadata()["gitURL"], resolved.metadata()["commit"]) == (OTHER, B)


@pytest.fixture
async def restarted(nursery: trio.Nursery, autojump_clock: trio.testing.MockClock) -> Restart:
    """Told A of main; then another controller begins, for which the repository is gone."""
    house = House.built()

    async def again(status: dict[str, Any]) -> House:
        async with trio.open_nursery() as first:
            await house.start(first)
            await house.resource()
            first.cancel_scope.cancel()
        await house.cluster.patch(GATEWAYSYNCS, NS, "main", {"status": status}, subresource="status")
        del house.refs.refs[URL]
        await house.start(nursery)
        await house.settle()
        assert house.words("RefResolved")[0] == "False"
        return house

    return again


@pytest.mark.parametrize(
    "status",
    [
        {"lastSyncCommit": None, "lastSyncRef": None},
        {"lastSyncCommit": B},
        {"lastSyncCommit": B, "lastSyncRef": "other"},
    ],
    ids=["lost", "older", "of another ref"],
)
async def test_agents_keep_their_commit_whatever_the_status_says_after_a_restart(
    restarted: Restart, status: dict[str, Any]
) -> None:
    house = await restarted(status)
    assert (house.metadata()["ref"], house.metadata()["commit"]) == ("main", A)


async def test_a_commit_goes_with_no_ref_but_its_own(resolved: House) -> None:
    """Resolved for another ref, which could not be handed over; then the first is back, and its server is away."""
    resolved.refs.push(URL, B, "refs/tags/v2")
    resolved.cluster.refuse("patch", "configmaps", times=1)
    await resolved.edit(git__ref="v2")
    del resolved.refs.refs[URL]
    await resolved.edit(git__ref="main")
    assert (resolved.metadata()["ref"], resolved.metadata()["commit"]) == ("main", A)


async def test_ready_is_not_claimed_for_a_generation_that_is_not_resolved(resolved: House) -> None:
    await resolved.report(await resolved.pod("gw-0"))
    first = resolved.seen().metadata.generation
    resolved.refs.takes = 5
    await resolved.edit(gateway__port=8043)
    assert resolved.words("Ready")[0] == "True"
    assert resolved.condition("Ready").observed_generation == first
    assert resolved.condition("RefResolved").observed_generation == first
    assert resolved.condition("ProfilesValid").observed_generation == first + 1
    assert resolved.status().observed_generation == first
    await resolved.advance(5)
    assert resolved.condition("Ready").observed_generation == first + 1
    assert resolved.status().observed_generation == first + 1


async def test_invalid_profiles_leave_the_metadata_as_it_was(resolved: House) -> None:
    before = resolved.metadata()
    resolved.refs.push(URL, B)
    await resolved.edit(sync__profiles__default__mappings=[], gateway__port=8043)
    await resolved.advance(600)
    assert resolved.metadata() == before
    generation = resolved.seen().metadata.generation
    assert {condition.observed_generation for condition in resolved.status().conditions} == {generation}


async def test_a_failed_generation_is_observed(resolved: House) -> None:
    await resolved.edit(git__ref="v2")
    generation = resolved.seen().metadata.generation
    assert {condition.observed_generation for condition in resolved.status().conditions} == {generation}
