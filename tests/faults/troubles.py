"""Faults of networks and machines: each begins, lasts, and is over; a killed container is started again, as the kubelet does.

Each is a function of the world and a seeded random source, an async context manager that holds while its block runs.
"""

from __future__ import annotations

import signal
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import trio

from tests.cluster.plane import APISERVER, ETCD
from tests.fakes.laid_open import set_clock
from tests.faults.world import PODS

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from tests.fakes.tcpproxy import TcpProxy
    from tests.faults.world import World

    Trouble = Callable[[World, random.Random], AbstractAsyncContextManager[str]]


MINUTE = 60.0
DAY = 86400.0


async def _line(world: World, rng: random.Random) -> tuple[str, TcpProxy]:
    """The leader's line to the API server, an agent's, or the one to the git server."""
    name = rng.choice([await world.leader(), *PODS, "git"])
    return name, world.git if name == "git" else world.members[name].line


@asynccontextmanager
async def resets(world: World, rng: random.Random) -> AsyncIterator[str]:
    """Every open connection is reset; those to an API server then lead past the proxy that answers in its place."""
    name, line = await _line(world, rng)
    if name == "git":
        line.reset()
    else:
        line.lead_to("127.0.0.1", world.plane.port)
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
async def killed_anyone(world: World, rng: random.Random) -> AsyncIterator[str]:
    """One or two processes die, whatever they do just now; their containers are started again."""
    dead = rng.sample(sorted(world.members), rng.choice([1, 1, 2]))
    for name in dead:
        await world.members[name].child.kill()
    yield f"{' and '.join(dead)} killed"
    for name in dead:
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
async def killed_etcd(world: World, rng: random.Random) -> AsyncIterator[str]:
    """etcd dies and is started again."""
    await trio.to_thread.run_sync(world.plane.kill, ETCD)
    yield "etcd killed"
    await trio.sleep(rng.choice([0, 2]))
    await trio.to_thread.run_sync(world.plane.start, ETCD)
    await world.listed()


@asynccontextmanager
async def lost_etcd(world: World, rng: random.Random) -> AsyncIterator[str]:
    """etcd is away for a whole minute."""
    away = trio.current_time() + MINUTE
    if killed := rng.random() < 0.5:
        await trio.to_thread.run_sync(world.plane.kill, ETCD)
    else:
        world.plane.pause(ETCD)
    yield f"etcd {'dead' if killed else 'standing still'} for a minute"
    await trio.sleep_until(away)
    if killed:
        await trio.to_thread.run_sync(world.plane.start, ETCD)
    else:
        world.plane.resume(ETCD)
    await world.listed()


@asynccontextmanager
async def clock_jump(world: World, rng: random.Random) -> AsyncIterator[str]:
    """The wall clock of a process jumps, and is set right, or jumps again, later."""
    name = rng.choice([await world.leader(), *PODS])
    folder = world.members[name].root
    jump = rng.choice([-400 * DAY, -DAY, -3600.0, -20.0, -1.0, 1.0, 20.0, 3600.0, DAY, 400 * DAY])
    set_clock(folder, jump)
    yield f"{name}'s clock jumps by {jump:+g} s"
    set_clock(folder, rng.choice([0.0, -jump]))


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
