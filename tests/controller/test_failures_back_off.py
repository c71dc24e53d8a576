"""30, 60, 120, 240, 300 s a resource; a success, a new generation and a request begin anew."""

from __future__ import annotations

from typing import Any

import pytest

from stoker.api import names
from stoker.errors import ClusterUnreachable, GitUnreachable, TooManyRequests
from tests.controller.house import URL, C, House


@pytest.fixture
async def failing(house: House) -> House:
    """One resource whose server is down since time 0."""
    house.refs.errors[URL] = GitUnreachable("down")
    await house.resource()
    return house


def times(house: House) -> list[float]:
    """When it was asked, relative to the first time."""
    first = house.refs.asked[0].at
    return [round(asked.at - first) for asked in house.refs.asked]


async def test_the_pauses_grow_to_five_minutes(failing: House) -> None:
    await failing.advance(1400)
    assert times(failing) == [0, 30, 90, 210, 450, 750, 1050, 1350]


async def test_the_condition_names_the_pause(failing: House) -> None:
    await failing.advance(95)
    assert failing.words("RefResolved")[2] == "Ref resolution failed (retry in 120s): down"


async def test_they_back_off_with_polling_off_too(house: House) -> None:
    house.refs.errors[URL] = GitUnreachable("down")
    await house.resource(polling__enabled=False)
    await house.advance(100)
    assert times(house) == [0, 30, 90]


async def test_a_success_begins_anew(failing: House) -> None:
    await failing.advance(60)
    failing.refs.errors.clear()
    await failing.advance(31)
    assert failing.words("RefResolved")[0] == "True"
    failing.refs.errors[URL] = GitUnreachable("down again")
    await failing.advance(60)
    assert failing.words("RefResolved")[2] == "Ref resolution failed (retry in 30s): down again"


async def test_a_new_generation_asks_at_once_and_begins_anew(failing: House) -> None:
    await failing.advance(100)
    await failing.edit(gateway__port=8043)
    assert times(failing) == [0, 30, 90, 100]
    await failing.advance(31)
    assert times(failing) == [0, 30, 90, 100, 130]


@pytest.mark.parametrize("request_by", [names.PUSHED_AT, names.REQUESTED_AT, names.REQUESTED_REF])
async def test_so_does_any_request(failing: House, request_by: str) -> None:
    await failing.advance(100)
    await failing.annotate({request_by: "x"})
    await failing.advance(31)
    assert times(failing) == [0, 30, 90, 100, 130]


async def test_pods_that_come_and_go_neither_hurry_nor_lengthen_it(failing: House) -> None:
    for number in range(10):
        await failing.pod(f"gw-{number}")
        await failing.advance(1)
    await failing.advance(100)
    assert times(failing) == [0, 30, 90]


async def test_what_the_server_asks_for_is_obeyed(house: House) -> None:
    house.refs.errors[URL] = TooManyRequests("slow down", retry_after=7)
    await house.resource()
    await house.advance(8)
    assert times(house) == [0, 7]


async def test_what_failed_beside_the_look_up_begins_anew_with_a_request_too(house: House) -> None:
    await house.resource(polling__enabled=False, gateway__api__secretName="late")
    await house.advance(1000)
    await house.annotate({names.PUSHED_AT: "1"})
    await house.secret("late", apiKey="name:secret")
    await house.advance(30)
    assert house.words("Ready")[2] == "Waiting for gateways to sync"


def passes(house: House) -> float:
    return sum(house.value("reconcile_total", result=result) or 0 for result in ("success", "requeue", "error"))


@pytest.mark.parametrize("change", [{"sync__profiles__default__mappings": []}, {"git__ref": C}, {"paused": True}])
async def test_what_only_a_change_can_alter_is_not_looked_at_again(resolved: House, change: dict[str, Any]) -> None:
    """Invalid profiles, a full hash, a pause: no timer brings anything new."""
    await resolved.edit(**change)
    before = passes(resolved)
    await resolved.advance(3600)
    assert passes(resolved) == before


async def test_a_first_refusal_of_the_api_server_is_doubted_and_the_next_believed(house: House) -> None:
    house.cluster.refuse("create", "rolebindings", times=99)
    await house.resource(polling__enabled=False)
    first, counted = len(house.cluster.refused), []
    for seconds in (2, 2, 28, 2):
        await house.advance(seconds)
        counted.append(len(house.cluster.refused) - first)
    assert counted == [0, 1, 1, 2]


async def test_what_an_unreachable_api_server_kept_from_being_done_is_done_soon_after(house: House) -> None:
    await house.resource(polling__enabled=False)
    house.cluster.refuse("patch", "configmaps", times=999, error=ClusterUnreachable("down"))
    await house.edit(gateway__port=8043)
    await house.advance(600)
    house.cluster.refusals.clear()
    await house.advance(15)
    assert house.metadata()["gatewayPort"] == "8043"
