"""A few things done side by side by one who waits for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import trio

from stoker.errors import StokerError

if TYPE_CHECKING:
    from collections.abc import Awaitable

T = TypeVar("T")


async def together(*doing: Awaitable[T]) -> list[T]:
    """What they gave, in their order.

    One that fails with an error of ours keeps no other from its end; then the error of the first that failed is raised, as
    itself and not in a group.
    """
    done: dict[int, T] = {}
    failed: dict[int, StokerError] = {}

    async def one(place: int, thing: Awaitable[T]) -> None:
        try:
            done[place] = await thing
        except StokerError as error:
            failed[place] = error

    async with trio.open_nursery() as nursery:
        for place, thing in enumerate(doing):
            nursery.start_soon(one, place, thing)
    if failed:
        raise failed[min(failed)]
    return [done[place] for place in range(len(doing))]
