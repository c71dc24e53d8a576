"""Without a push the ref is looked up each interval; what it finds is handed over, and nothing else is written."""

from __future__ import annotations

import pytest

from stoker.api.times import rfc3339
from tests.controller.house import EPOCH, URL, A, B, House, now


async def test_a_moved_branch_is_seen_within_the_interval(resolved: House) -> None:
    resolved.refs.push(URL, B)
    await resolved.advance(59)
    assert resolved.metadata()["commit"] == A
    await resolved.advance(2)
    assert resolved.metadata()["commit"] == B


@pytest.mark.parametrize(("interval", "looks"), [("", 60), ("30s", 120), ("1h30m", 0), ("1ns", 3601)])
async def test_the_interval_is_the_users(house: House, interval: str, looks: int) -> None:
    await house.resource(polling__interval=interval)
    await house.advance(3601)
    assert len(house.refs.asked) - 1 == looks


async def test_polling_off_resolves_once_a_generation(house: House) -> None:
    await house.resource(polling__enabled=False)
    await house.advance(3600)
    assert len(house.refs.asked) == 1
    await house.edit(gateway__port=8043)
    await house.advance(3600)
    assert len(house.refs.asked) == 2


async def test_an_idle_hour_writes_nothing(resolved: House) -> None:
    await resolved.report(await resolved.pod("gw-0"))
    before = resolved.cluster.writes
    await resolved.advance(3600)
    assert len(resolved.refs.asked) == 61
    assert resolved.cluster.writes == before


async def test_nor_does_an_idle_hour_of_waiting_for_a_dead_server_at_its_end(resolved: House) -> None:
    del resolved.refs.refs[URL]
    await resolved.advance(1000)
    before = resolved.cluster.writes
    await resolved.advance(3600)
    assert resolved.cluster.writes == before


async def test_the_time_of_the_last_sync_moves_only_with_the_commit(resolved: House) -> None:
    first = resolved.status().last_sync_time
    assert first == rfc3339(EPOCH)
    await resolved.advance(600)
    assert resolved.status().last_sync_time == first
    resolved.refs.push(URL, B)
    await resolved.advance(60)
    assert resolved.status().last_sync_time == rfc3339(now())


async def test_the_ref_of_the_last_sync_follows_every_resolution(resolved: House) -> None:
    resolved.refs.push(URL, A, "refs/tags/v1")
    first = resolved.status().last_sync_time
    await resolved.edit(git__ref="refs/tags/v1")
    assert resolved.status().last_sync_ref == "refs/tags/v1"
    assert resolved.status().last_sync_time == first


async def test_a_tag_wins_over_a_branch_and_is_peeled(house: House) -> None:
    house.refs.push(URL, A, "refs/heads/v1")
    house.refs.push(URL, "f" * 40, "refs/tags/v1")
    house.refs.peeled[URL] = {"refs/tags/v1": B}
    await house.resource(git__ref="v1")
    assert house.status().last_sync_commit == B


async def test_a_full_hash_asks_nobody(house: House) -> None:
    await house.resource(git__ref=B.upper())
    await house.advance(3600)
    assert house.metadata()["commit"] == B
    assert house.refs.asked == []
