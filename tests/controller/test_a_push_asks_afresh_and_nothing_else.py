"""``pushed-at``: a look-up at once, past every listing and backoff; agents act only when the commit changed."""

from __future__ import annotations

from itertools import pairwise

from stoker.api import names
from stoker.controller.lookups import REST
from tests.controller.house import URL, A, B, House


async def test_the_new_commit_is_handed_over_at_once(resolved: House) -> None:
    resolved.refs.push(URL, B)
    await resolved.annotate({names.PUSHED_AT: "1"})
    assert resolved.metadata()["commit"] == B
    assert resolved.status().last_sync_commit == B


async def test_an_unchanged_commit_writes_nothing(resolved: House) -> None:
    before = resolved.cluster.writes
    await resolved.annotate({names.PUSHED_AT: "1"})
    assert len(resolved.refs.asked) == 2
    assert resolved.cluster.writes == before + 1  # the annotation itself


async def test_it_never_becomes_a_force_request(resolved: House) -> None:
    resolved.refs.push(URL, B)
    await resolved.annotate({names.PUSHED_AT: "1"})
    assert resolved.metadata()["requestedAt"] == ""
    assert resolved.status().last_handled_requested_at == ""


async def test_the_same_token_is_not_handled_twice(resolved: House) -> None:
    await resolved.annotate({names.PUSHED_AT: "1"})
    await resolved.annotate({names.PUSHED_AT: "1", "unrelated": "x"})
    assert len(resolved.refs.asked) == 2


async def test_one_that_arrives_while_a_look_up_runs_is_answered_by_a_later_one(resolved: House) -> None:
    resolved.refs.takes = 5
    await resolved.annotate({names.PUSHED_AT: "1"})
    resolved.refs.push(URL, B)
    await resolved.annotate({names.PUSHED_AT: "2"})
    await resolved.advance(6)
    assert resolved.metadata()["commit"] == A
    await resolved.advance(6)
    assert resolved.metadata()["commit"] == B


async def test_even_when_it_arrives_at_the_very_instant_at_which_that_one_began(resolved: House) -> None:
    resolved.refs.takes = 5
    await resolved.annotate({names.PUSHED_AT: "1"}, settle=True)
    began = resolved.refs.asked[-1].at
    resolved.refs.push(URL, B)
    await resolved.annotate({names.PUSHED_AT: "2"}, settle=True)
    await resolved.advance(20)
    assert [asked.at - began for asked in resolved.refs.asked[1:]] == [0, 5 + REST.longest]
    assert resolved.metadata()["commit"] == B


async def pushes(house: House, *, every: float, number: int) -> list[float]:
    """So many, so far apart, seen as fast as they come; the seconds between the look-ups that they led to."""
    for count in range(number):
        await house.annotate({names.PUSHED_AT: str(count)}, settle=True)
        await house.advance(every)
    await house.advance(10)
    times = [asked.at for asked in house.refs.asked[1:]]
    return [round(after - before, 6) for before, after in pairwise(times)]


async def test_a_storm_is_asked_for_ever_more_seldom_up_to_a_bound(resolved: House) -> None:
    resolved.refs.takes = took = 0.01
    gaps = await pushes(resolved, every=0.005, number=800)
    assert gaps[:3] == [round(took + REST.after(took * times), 6) for times in (1, 2, 3)]
    assert gaps == sorted(gaps)
    assert set(gaps[12:]) == {round(took + REST.longest, 6)}


async def test_the_next_storm_begins_with_a_short_rest_again(resolved: House) -> None:
    resolved.refs.takes = took = 0.01
    await pushes(resolved, every=0.005, number=800)
    before = len(resolved.refs.asked)
    gaps = await pushes(resolved, every=0.005, number=7)
    assert gaps[before - 1] == round(took + REST.after(took), 6)


async def test_pushes_that_wait_for_none_are_no_storm(resolved: House) -> None:
    resolved.refs.takes = 0.01
    assert set(await pushes(resolved, every=0.1, number=50)) == {0.1}


async def test_with_polling_off_it_is_all_that_asks(house: House) -> None:
    await house.resource(polling__enabled=False)
    await house.advance(7200)
    assert len(house.refs.asked) == 1
    await house.annotate({names.PUSHED_AT: "1"})
    await house.advance(7200)
    assert len(house.refs.asked) == 2
