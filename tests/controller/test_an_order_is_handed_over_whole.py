"""URL, ref, commit and profiles travel together: a profile never meets a commit that it was not written for."""

from __future__ import annotations

import json

from tests.controller.house import URL, A, B, House

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


async def test_while_another_ref_is_looked_up_the_status_says_what_was_resolved(resolved: House) -> None:
    resolved.refs.push(URL, B, "refs/tags/v2")
    resolved.refs.takes = 5
    await resolved.edit(git__ref="v2")
    told = resolved.status()
    assert (told.ref_resolution_status, told.last_sync_ref, told.last_sync_commit) == ("Resolving", "main", A)
    await resolved.advance(5)
    told = resolved.status()
    assert (told.ref_resolution_status, told.last_sync_ref, told.last_sync_commit) == ("Resolved", "v2", B)


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
