"""Faults of the API server: one of its clients is led to a proxy that behaves badly for a while (``answers``).

A client is led there by a reset of its connections, and stays until some reset leads it back: that its watches and unused
connections survive the end of the fault is what makes several of these hard. Each fault lasts until it has struck,
and longer by the dice.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import trio

from tests.fakes.apiproxy import Conduct
from tests.faults.answers import Disowns, DoesNotSay, FallsSilent, Forgets, Halves, Refuses, Repeats
from tests.faults.world import PODS

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from tests.fakes.apiproxy import Asked
    from tests.faults.answers import Counted
    from tests.faults.world import World

    Kind = Callable[[World, random.Random], AbstractAsyncContextManager[str]]

PATIENCE = 20.0
"""Seconds until a fault has struck, at most: then nobody asked for anything, which the test says at its end."""
LASTING = (0, 0, 0, 1, 4)
"""Seconds for which it goes on."""


@asynccontextmanager
async def _behaves(
    world: World, rng: random.Random, what: str, make: Callable[[random.Random], Counted], name: str = ""
) -> AsyncIterator[str]:
    """The API server behaves so towards the leader or an agent."""
    name = name or await _anyone(world, rng)
    way, conduct = world.members[name].way, make(rng)
    way.door.conduct = Conduct() if conduct.meddles else conduct
    way.line.lead_to("127.0.0.1", way.door.port)
    if conduct.meddles:
        with trio.move_on_after(PATIENCE):
            await way.door.has_watch()
        way.door.conduct = conduct
    yield f"{name}: {what}"
    with trio.move_on_after(PATIENCE):
        while not conduct.reached.is_set():  # a watch that was broken begins with a list, which shows what came before
            await world.touch()
            with trio.move_on_after(1):
                await conduct.reached.wait()
    await trio.sleep(rng.choice(LASTING))
    way.door.conduct = Conduct()
    world.reached[what] += conduct.struck


async def _anyone(world: World, rng: random.Random) -> str:
    return rng.choice([await world.leader(), *PODS])


@asynccontextmanager
async def throttling(world: World, rng: random.Random) -> AsyncIterator[str]:
    """Too many requests, with and without a word on when to come again."""
    make = partial(
        Refuses, code=429, reason="TooManyRequests", share=rng.choice([0.5, 1.0]), retry_after=rng.choice([0, 1, 2])
    )
    async with _behaves(world, rng, "429", make) as what:
        yield what


@asynccontextmanager
async def conflicts(world: World, rng: random.Random) -> AsyncIterator[str]:
    """Somebody else is always faster."""

    def changes(asked: Asked) -> bool:
        return asked.method in ("PATCH", "PUT", "DELETE")

    make = partial(Refuses, code=409, reason="Conflict", which=changes, share=rng.choice([0.5, 1.0]))
    async with _behaves(world, rng, "409", make) as what:
        yield what


@asynccontextmanager
async def breakdowns(world: World, rng: random.Random) -> AsyncIterator[str]:
    """Something is wrong within the server."""
    code, reason = rng.choice([(500, "InternalError"), (503, "ServiceUnavailable"), (504, "Timeout")])
    async with _behaves(
        world, rng, "500", partial(Refuses, code=code, reason=reason, share=rng.choice([0.5, 1.0]))
    ) as what:
        yield what


def _always(what: str, make: Callable[[random.Random], Counted]) -> Kind:
    """A kind without dice of its own."""

    @asynccontextmanager
    async def kind(world: World, rng: random.Random) -> AsyncIterator[str]:
        async with _behaves(world, rng, what, make) as said:
            yield said

    return kind


unsaid = _always("lost answers", DoesNotSay)
"""Writes are done, and their answers lost."""
forgotten = _always("410", Forgets)
"""Every version is too old to be watched from."""
repeated = _always("repeated events", Repeats)
"""Events come again."""
halved = _always("truncated events", Halves)
"""Events end in the middle."""
silent_watches = _always("silent watches", FallsSilent)
"""Watches miss what happens now, and live on as if nothing had happened."""


@asynccontextmanager
async def expired_token(world: World, rng: random.Random) -> AsyncIterator[str]:
    """A token is not known any more; its successor is there, or comes late."""
    name = await _anyone(world, rng)
    member = world.members[name]
    old = member.token
    new = await world.new_token(name)
    if in_time := rng.random() < 0.5:
        member.mount(new)
    what = "expired token" if in_time else "expired token without a successor"
    async with _behaves(world, rng, what, partial(Disowns, token=old), name) as said:
        yield said
        member.mount(new)
