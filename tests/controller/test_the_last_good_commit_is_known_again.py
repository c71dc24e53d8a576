"""A ref that cannot be resolved keeps its last good commit, over restarts, lost statuses and strange hands on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import trio
import trio.testing

from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS
from tests.controller.house import NS, URL, A, B, House

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Meanwhile = Callable[[House], Awaitable[Any]]
    Restart = Callable[[Meanwhile], Awaitable[House]]

MAP = "stoker-metadata-main"


def status(**said: str | None) -> Meanwhile:
    """The status is otherwise after the restart."""

    async def write(house: House) -> None:
        await house.cluster.patch(GATEWAYSYNCS, NS, "main", {"status": said}, subresource="status")

    return write


async def map_deleted(house: House) -> None:
    await house.cluster.delete(CONFIGMAPS, NS, MAP)


async def commit_deleted(house: House) -> None:
    await house.cluster.patch(CONFIGMAPS, NS, MAP, {"data": {"commit": None}})


@pytest.fixture
async def restarted(nursery: trio.Nursery, autojump_clock: trio.testing.MockClock) -> Restart:
    """Told A of main; then, when something has happened, another controller begins, for which the repository is gone."""
    house = House.built()

    async def again(meanwhile: Meanwhile) -> House:
        async with trio.open_nursery() as first:
            await house.start(first)
            await house.resource()
            first.cancel_scope.cancel()
        await meanwhile(house)
        del house.refs.refs[URL]
        await house.start(nursery)
        await house.settle()
        assert house.words("RefResolved")[0] == "False"
        return house

    return again


@pytest.mark.parametrize(
    "meanwhile",
    [
        status(lastSyncCommit=None, lastSyncRef=None),
        status(lastSyncCommit=B),
        status(lastSyncCommit=B, lastSyncRef="other"),
        commit_deleted,
        map_deleted,
    ],
    ids=["status lost", "status older", "status of another ref", "map without commit", "map deleted"],
)
async def test_after_a_restart(restarted: Restart, meanwhile: Meanwhile) -> None:
    house = await restarted(meanwhile)
    assert (house.metadata()["ref"], house.metadata()["commit"]) == ("main", A)


async def test_another_ref_s_is_not_taken_for_it(restarted: Restart) -> None:
    async def the_ref_is_another(house: House) -> None:
        await map_deleted(house)
        await house.edit(git__ref="v2", settle=False)

    house = await restarted(the_ref_is_another)
    assert house.data(MAP) is None, "there is no order yet"


async def test_nor_is_there_an_order_without_a_repository_that_may_be_shown(restarted: Restart) -> None:
    async def the_url_has_a_secret(house: House) -> None:
        await map_deleted(house)
        await house.edit(git__repo="https://user:hunter22hunter22@git.example/plant.git", settle=False)

    house = await restarted(the_url_has_a_secret)
    assert house.data(MAP) is None


async def test_without_one_there_is_no_order(house: House) -> None:
    del house.refs.refs[URL]
    await house.resource()
    assert house.words("RefResolved")[0] == "False"
    assert house.data(MAP) is None


async def test_a_map_that_is_deleted_while_a_new_generation_is_looked_up_waits_for_its_commit(resolved: House) -> None:
    resolved.refs.takes = 5
    resolved.refs.push(URL, B)
    await resolved.edit(gateway__port=8043)
    await map_deleted(resolved)
    await resolved.settle()
    assert resolved.data(MAP) is None
    await resolved.advance(5)
    assert resolved.metadata()["commit"] == B


async def test_a_strange_hand_on_it_is_undone_while_the_server_is_away(resolved: House) -> None:
    del resolved.refs.refs[URL]
    await resolved.advance(61)
    await resolved.cluster.patch(CONFIGMAPS, NS, MAP, {"data": {"commit": B}})
    await resolved.settle()
    assert resolved.words("RefResolved")[0] == "False"
    assert resolved.metadata()["commit"] == A


async def test_a_commit_goes_with_no_ref_but_its_own(resolved: House) -> None:
    """Resolved for another ref, which could not be handed over; then the first is back, and its server is away."""
    resolved.refs.push(URL, B, "refs/tags/v2")
    resolved.cluster.refuse("patch", "configmaps", times=1)
    await resolved.edit(git__ref="v2")
    del resolved.refs.refs[URL]
    await resolved.edit(git__ref="main")
    assert (resolved.metadata()["ref"], resolved.metadata()["commit"]) == ("main", A)
