"""Paused: no look-up, everything else as always, requests wait; a paused profile leaves its gateways out of the count."""

from __future__ import annotations

import json

import pytest

from stoker.api import names
from tests.controller.house import URL, A, B, House


@pytest.fixture
async def paused(resolved: House) -> House:
    """Resolved to A, then paused."""
    await resolved.edit(paused=True)
    return resolved


async def test_agents_learn_of_it_with_the_last_commit(paused: House) -> None:
    assert (paused.metadata()["paused"], paused.metadata()["commit"]) == ("true", A)


async def test_one_that_never_resolved_tells_them_without_a_commit(house: House) -> None:
    await house.resource(paused=True)
    assert (house.metadata()["paused"], house.metadata()["commit"]) == ("true", "")
    assert house.status().ref_resolution_status == "NotResolved"
    assert house.refs.asked == []


async def test_nothing_is_looked_up_not_even_for_requests(paused: House) -> None:
    before = len(paused.refs.asked)
    await paused.annotate({names.PUSHED_AT: "1", names.REQUESTED_AT: "r1"})
    await paused.advance(3600)
    assert len(paused.refs.asked) == before


async def test_its_ref_is_asked_for_no_more_when_others_are(house: House) -> None:
    house.refs.push(URL, B, "refs/heads/dev")
    await house.resource("other", git__ref="dev")
    await house.resource()
    await house.edit("other", paused=True)
    await house.annotate({names.PUSHED_AT: "1"})
    assert house.refs.asked[-1].wanted == ("main",)


async def test_requests_wait_for_its_end(paused: House) -> None:
    paused.refs.push(URL, B)
    await paused.annotate({names.REQUESTED_AT: "r1"})
    assert paused.metadata()["requestedAt"] == ""
    assert paused.status().last_handled_requested_at == ""
    await paused.edit(paused=None)
    told = paused.metadata()
    assert (told["paused"], told["commit"], told["requestedAt"]) == ("false", B, "r1")
    assert paused.status().last_handled_requested_at == "r1"


async def test_a_look_up_that_had_failed_before_answers_none_of_them(resolved: House) -> None:
    del resolved.refs.refs[URL]
    await resolved.advance(61)
    await resolved.edit(paused=True)
    await resolved.annotate({names.REQUESTED_AT: "r1"})
    assert resolved.status().last_handled_requested_at == ""


async def test_its_end_is_told_with_the_commit_of_a_fresh_look_up(paused: House) -> None:
    paused.refs.push(URL, B)
    paused.refs.takes = 5
    await paused.edit(paused=None)
    assert (paused.metadata()["paused"], paused.metadata()["commit"]) == ("true", A)
    await paused.advance(5)
    assert (paused.metadata()["paused"], paused.metadata()["commit"]) == ("false", B)


async def test_its_end_is_told_even_when_nothing_was_ever_resolved(house: House) -> None:
    del house.refs.refs[URL]
    await house.resource(paused=True)
    await house.edit(paused=None)
    assert house.words("RefResolved")[0] == "False"
    assert (house.metadata()["paused"], house.metadata()["commit"]) == ("false", "")


async def test_discovery_rbac_and_conditions_go_on(paused: House) -> None:
    await paused.report(await paused.pod("gw-0", account="plant-a"))
    assert paused.gateway("gw-0").sync_status == "Synced"
    assert paused.accounts() == ["plant-a"]
    generation = paused.seen().metadata.generation
    assert {condition.observed_generation for condition in paused.status().conditions} == {generation}
    assert paused.status().observed_generation == generation


async def test_a_pause_reaches_agents_even_with_invalid_profiles(resolved: House) -> None:
    before = resolved.metadata()
    await resolved.edit(paused=True, sync__profiles__default__mappings=[])
    assert resolved.metadata() == before | {"paused": "true"}
    await resolved.edit(paused=None)
    assert resolved.metadata()["paused"] == "true"


async def test_it_stays_resolved(paused: House) -> None:
    assert paused.words("RefResolved") == ("True", "RefResolved", A)
    assert paused.status().ref_resolution_status == "Resolved"


async def test_gateways_of_a_paused_profile_are_left_out(house: House) -> None:
    mappings = [{"source": "a", "destination": "a"}]
    await house.resource(
        sync__profiles={"default": {"mappings": mappings}, "old": {"mappings": mappings, "paused": True}}
    )
    await house.report(await house.pod("gw-0"))
    await house.report(await house.pod("gw-1", annotations={names.PROFILE: "old"}), syncedCommit=B)
    assert house.words("AllGatewaysSynced") == ("True", "SyncSucceeded", "1/1 synced")
    assert house.words("RefSkew")[0] == "False"
    assert house.gateway("gw-1").synced_commit == B
    assert json.loads(house.metadata()["profiles"])["old"]["paused"] is True


async def test_they_stay_left_out_while_the_profiles_are_invalid(house: House) -> None:
    mappings = [{"source": "a", "destination": "a"}]
    await house.resource(
        sync__profiles={"default": {"mappings": mappings}, "old": {"mappings": mappings, "paused": True}}
    )
    await house.report(await house.pod("gw-1", annotations={names.PROFILE: "old"}), syncedCommit=B)
    await house.edit(sync__profiles__default__mappings=[])
    assert house.words("RefSkew")[0] == "False"
