"""Look-ups hold no worker: five dead servers, five workers, and everything else goes on."""

from __future__ import annotations

from stoker.api import names
from tests.controller.house import URL, A, B, House


async def test_the_others_resolve_sync_and_report(house: House) -> None:
    for number in range(5):
        url = f"https://hung-{number}.example/x.git"
        house.refs.push(url, A)
        house.refs.hanging.add(url)
        await house.resource(f"hung-{number}", git__repo=url)
    await house.resource()
    await house.report(await house.pod("gw-0"))
    assert house.words("Ready")[0] == "True"
    house.refs.push(URL, B)
    await house.annotate({names.PUSHED_AT: "1"})
    assert house.metadata()["commit"] == B


async def test_their_gateways_are_discovered_all_the_same(house: House) -> None:
    house.refs.hanging.add(URL)
    await house.resource()
    await house.pod("gw-0", account="plant")
    assert house.gateway("gw-0").sync_status == "Pending"
    assert house.accounts() == ["plant"]
    assert house.status().ref_resolution_status == "Resolving"


async def test_a_look_up_that_never_ends_is_given_up(house: House) -> None:
    house.refs.hanging.add(URL)
    await house.resource()
    await house.advance(33)
    assert house.words("RefResolved")[0] == "False"
    assert "no answer within" in house.words("RefResolved")[2]


async def test_a_look_up_that_crashes_is_a_failure_of_that_repository(house: House) -> None:
    house.refs.errors["https://odd.example/x.git"] = ValueError("odd")
    await house.resource("odd", git__repo="https://odd.example/x.git")
    await house.resource()
    assert house.words("RefResolved")[0] == "True"
    assert "unexpectedly" in house.words("RefResolved", "odd")[2]
