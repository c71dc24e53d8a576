"""Resources of one URL and credential share look-ups; who may be served by an earlier one is told by turns and age."""

from __future__ import annotations

import pytest

from stoker.api import names
from stoker.errors import GitUnreachable
from tests.controller.house import URL, A, B, House


@pytest.fixture
async def fleet(house: House) -> House:
    """Ten resources of one repository, all resolved."""
    for number in range(10):
        await house.resource(f"r{number}")
    return house


async def test_a_fleet_wide_push_costs_two(fleet: House) -> None:
    before = len(fleet.refs.asked)
    fleet.refs.push(URL, B)
    fleet.refs.takes = 1
    for number in range(10):
        await fleet.annotate({names.PUSHED_AT: "1"}, f"r{number}", settle=False)
    await fleet.advance(5)
    assert {fleet.status(f"r{number}").last_sync_commit for number in range(10)} == {B}
    assert len(fleet.refs.asked) - before == 2  # one runs when the last request comes


async def test_it_asks_for_the_refs_of_all(fleet: House) -> None:
    fleet.refs.push(URL, B, "refs/heads/dev")
    await fleet.edit("r3", git__ref="dev")
    assert fleet.refs.asked[-1].wanted == ("dev", "main")


async def test_polling_shares_what_is_younger_than_the_interval(fleet: House) -> None:
    before = len(fleet.refs.asked)
    await fleet.advance(601)
    assert len(fleet.refs.asked) - before == 10


async def test_each_by_its_own_interval(house: House) -> None:
    await house.resource("slow", polling__interval="10m")
    await house.resource("quick", polling__interval="20s")
    before = len(house.refs.asked)
    await house.advance(605)
    assert len(house.refs.asked) - before == 30


async def test_a_new_resource_asks_afresh(fleet: House) -> None:
    before = len(fleet.refs.asked)
    fleet.refs.push(URL, B)
    await fleet.resource("late")
    assert len(fleet.refs.asked) - before == 1
    assert fleet.status("late").last_sync_commit == B
    assert fleet.status("r0").last_sync_commit == A


async def test_another_credential_is_another_listing(house: House) -> None:
    await house.secret("git", token="first-token")
    auth = {"token": {"secretRef": {"name": "git", "key": "token"}}}
    await house.resource("open")
    await house.resource("closed", git__auth=auth)
    assert [asked.secret for asked in house.refs.asked] == ["", "first-token"]


async def test_a_status_change_never_causes_one(fleet: House) -> None:
    before = len(fleet.refs.asked)
    pod = await fleet.pod("gw-0", "r0")
    for number in range(5):
        await fleet.report(pod, "r0", filesChanged=number)
    assert fleet.gateway("gw-0", "r0").files_changed == 4
    assert len(fleet.refs.asked) == before


async def test_a_ref_that_is_absent_is_asked_for_before_it_is_missed(house: House) -> None:
    await house.resource("one")
    await house.advance(30)
    await house.resource("two", git__ref="dev")
    assert house.words("RefResolved", "two")[0] == "False"
    house.refs.push(URL, B, "refs/heads/dev")
    await house.advance(30)
    assert house.status("two").last_sync_commit == B


async def test_a_dead_server_is_not_asked_by_each_of_them(fleet: House) -> None:
    fleet.refs.errors[URL] = GitUnreachable("down")
    await fleet.advance(59)
    before = len(fleet.refs.asked)
    await fleet.advance(3)
    assert {fleet.words("RefResolved", f"r{number}")[0] for number in range(10)} == {"False"}
    assert len(fleet.refs.asked) - before <= 2


async def test_one_failure_spares_the_others_theirs_for_seconds_only(house: House) -> None:
    for seconds in (40, 43, 47):
        await house.resource(f"every-{seconds}", polling__interval=f"{seconds}s")
    house.refs.errors[URL] = GitUnreachable("down")
    await house.advance(48)
    assert {house.words("RefResolved", f"every-{seconds}")[0] for seconds in (40, 43, 47)} == {"False"}
    assert [asked.at for asked in house.refs.asked if asked.at] == [40, 47]


async def test_who_left_is_asked_for_no_more(fleet: House) -> None:
    fleet.refs.push(URL, B, "refs/heads/dev")
    for left in ("main", A):  # a full hash is asked of nobody
        await fleet.edit("r3", git__ref="dev")
        await fleet.edit("r3", git__ref=left)
        await fleet.annotate({names.PUSHED_AT: left}, "r0")
        assert fleet.refs.asked[-1].wanted == ("main",)
