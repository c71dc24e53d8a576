"""The faults: each begins, lasts, and is over; what a human would have to mend, such as a killed container, the kubelet does.

Each is a function of the world and a seeded random source, an async context manager that holds while its block runs.
``QUICK`` are over when the link is; ``LONG`` are those whose end only silence tells.
"""

from __future__ import annotations

import signal
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import trio

from tests.cluster.plane import APISERVER, ETCD
from tests.faults.world import PODS

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from tests.fakes.tcpproxy import TcpProxy
    from tests.faults.world import World

    Trouble = Callable[[World, random.Random], AbstractAsyncContextManager[str]]


async def _line(world: World, rng: random.Random) -> tuple[str, TcpProxy]:
    """The leader's line to the API server, an agent's, or the one to the git server."""
    name = rng.choice([await world.leader(), *PODS, "git"])
    return name, world.git if name == "git" else world.members[name].line


@asynccontextmanager
async def resets(world: World, rng: random.Random) -> AsyncIterator[str]:
    """Every open connection is reset."""
    name, line = await _line(world, rng)
    line.reset()
    yield f"connections of {name} reset"


@asynccontextmanager
async def refusals(world: World, rng: random.Random) -> AsyncIterator[str]:
    """Nothing can be reached."""
    name, line = await _line(world, rng)
    line.refuse()
    yield f"{name} refused"
    line.heal()


@asynccontextmanager
async def truncation(world: World, rng: random.Random) -> AsyncIterator[str]:
    """A connection ends in the middle of an answer, or of an event."""
    name, line = await _line(world, rng)
    line.truncate(rng.randrange(1, 4000))
    yield f"{name} truncated"
    line.heal()


@asynccontextmanager
async def silence(world: World, rng: random.Random) -> AsyncIterator[str]:
    """Nothing passes for a while, nothing is lost."""
    name, line = await _line(world, rng)
    line.stall()
    yield f"{name} silent"
    line.heal()


@asynccontextmanager
async def drip(world: World, rng: random.Random) -> AsyncIterator[str]:
    """A few bytes at a time."""
    name, line = await _line(world, rng)
    line.drip(size=rng.choice([1, 16, 256]), pause=0.02)
    yield f"{name} drips"
    line.heal()


@asynccontextmanager
async def killed_leader(world: World, rng: random.Random) -> AsyncIterator[str]:
    """The leader dies; its container is started again."""
    del rng
    name = await world.leader()
    await world.members[name].child.kill()
    yield f"{name}, the leader, killed"
    await world.start(name)


@asynccontextmanager
async def killed_agent(world: World, rng: random.Random) -> AsyncIterator[str]:
    """An agent dies, whatever it does just now; its container is started again."""
    name = rng.choice(PODS)
    await world.members[name].child.kill()
    yield f"{name}'s agent killed"
    await world.start(name)


@asynccontextmanager
async def frozen(world: World, rng: random.Random) -> AsyncIterator[str]:
    """A process stands still: the leader past its lease, or an agent."""
    name = rng.choice([await world.leader(), *PODS])
    process = world.members[name].child.process
    process.send_signal(signal.SIGSTOP)
    yield f"{name} frozen"
    await trio.sleep(rng.choice([1, 1, 16]))
    process.send_signal(signal.SIGCONT)


@asynccontextmanager
async def new_api_server(world: World, rng: random.Random) -> AsyncIterator[str]:
    """The API server is killed and started again."""
    del rng
    await trio.to_thread.run_sync(world.plane.kill, APISERVER)
    yield "API server killed"
    await trio.to_thread.run_sync(world.plane.start, APISERVER)


@asynccontextmanager
async def paused_etcd(world: World, rng: random.Random) -> AsyncIterator[str]:
    """etcd stands still: the API server lives and answers nothing."""
    await trio.to_thread.run_sync(world.plane.pause, ETCD)
    yield "etcd paused"
    await trio.sleep(rng.choice([1, 5]))
    await trio.to_thread.run_sync(world.plane.resume, ETCD)


@asynccontextmanager
async def spoilt_token(world: World, rng: random.Random) -> AsyncIterator[str]:
    """A process finds another token than the API server knows, and connections that are new."""
    name = rng.choice([await world.leader(), *PODS])
    member = world.members[name]
    member.mount("not.a.token")
    member.line.reset()
    yield f"{name}'s token spoilt"
    member.mount(member.token)


@asynccontextmanager
async def half_open(world: World, rng: random.Random) -> AsyncIterator[str]:
    """The server has lost the connections, and their clients do not know."""
    name, line = await _line(world, rng)
    line.half_open()
    yield f"{name} half open"


@asynccontextmanager
async def black_hole(world: World, rng: random.Random) -> AsyncIterator[str]:
    """Whatever is sent vanishes."""
    name, line = await _line(world, rng)
    line.black_hole()
    yield f"{name} in a black hole"
    line.heal()


QUICK: Final[tuple[Trouble, ...]] = (
    resets,
    refusals,
    truncation,
    silence,
    drip,
    killed_leader,
    killed_agent,
    frozen,
    new_api_server,
    paused_etcd,
    spoilt_token,
)
LONG: Final[tuple[Trouble, ...]] = (half_open, black_hole)
