"""A group that brings many keys keeps no other group waiting for all of them."""

from __future__ import annotations

from functools import partial
from operator import itemgetter

import trio

from stoker.nursery.keyed import KeyedQueue

Key = tuple[str, int]


async def test_one_key_of_a_small_group_waits_for_one_of_the_big_one(
    autojump_clock: object, nursery: trio.Nursery
) -> None:
    queue: KeyedQueue[Key] = KeyedQueue(itemgetter(0))
    handled: list[Key] = []

    async def handle(key: Key) -> None:
        await trio.sleep(1)
        handled.append(key)

    for number in range(100):
        queue.add(("big", number))
    queue.add(("small", 0))
    await nursery.start(partial(queue.run, handle, workers=1))
    await trio.sleep(3)
    assert handled[:2] == [("big", 0), ("small", 0)]


async def test_within_a_group_the_first_comes_first_and_none_is_lost(
    autojump_clock: object, nursery: trio.Nursery
) -> None:
    queue: KeyedQueue[Key] = KeyedQueue(itemgetter(0))
    handled: list[Key] = []

    async def handle(key: Key) -> None:
        await trio.sleep(0.1)
        handled.append(key)
        if key == ("a", 0) and handled.count(key) == 1:
            queue.add(key)

    wanted = [(group, number) for number in range(10) for group in "abc"]
    for key in wanted:
        queue.add(key)
    await nursery.start(partial(queue.run, handle, workers=2))
    await queue.idle()
    assert [number for group, number in handled if group == "b"] == list(range(10))
    assert sorted(handled) == sorted([*wanted, ("a", 0)])
