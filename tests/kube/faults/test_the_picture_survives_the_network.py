"""Whatever happens to the link, the picture is true again within seconds of its return, and nothing is told twice."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final

import pytest
import trio

from tests.kube.faults.conftest import IMPATIENT, SOON, Writer, insist

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.plane import Plane
    from tests.fakes.tcpproxy import TcpProxy

FAULTS: Final[dict[str, Callable[[TcpProxy, random.Random], None]]] = {
    "reset": lambda proxy, _: proxy.reset(),
    "refuse": lambda proxy, _: proxy.refuse(),
    "truncate": lambda proxy, chance: proxy.truncate(chance.randrange(1, 2000)),
    "half open": lambda proxy, _: proxy.half_open(),
    "black hole": lambda proxy, _: proxy.black_hole(),
    "stall": lambda proxy, _: proxy.stall(),
    "stall down": lambda proxy, _: proxy.stall("down"),
    "stall up": lambda proxy, _: proxy.stall("up"),
    "drip": lambda proxy, chance: proxy.drip(chance.randrange(1, 50), 0.01),
}
DEAD = IMPATIENT.silence + IMPATIENT.request
"""What it takes at most to find a dead link, beside the usual time."""


@pytest.mark.parametrize("fault", sorted(FAULTS))
async def test_each_fault_is_got_over(plane: Plane, namespace: str, looking: Callable[..., Any], fault: str) -> None:
    writer = Writer(plane, namespace)
    async with looking(plane, namespace) as onlooker:
        writer.put("a", "before")
        await onlooker.sees(writer.written, SOON)
        FAULTS[fault](onlooker.proxy, random.Random(1))
        writer.put("a", "meanwhile")
        writer.put("b", "meanwhile")
        await trio.sleep(0.3)
        onlooker.proxy.heal()
        writer.put("a", "after")
        writer.drop("b")
        await onlooker.sees(writer.written, SOON + DEAD)
        onlooker.nothing_was_told_twice()


async def lived_through(seed: int, rounds: int, plane: Plane, namespace: str, looking: Callable[..., Any]) -> None:
    """Faults by the dice, with writes on both ways; after each the picture comes to be true."""
    chance, writer = random.Random(seed), Writer(plane, namespace)
    async with looking(plane, namespace) as onlooker:
        for count in range(rounds):
            kind = chance.choice(sorted(FAULTS))
            FAULTS[kind](onlooker.proxy, chance)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(insist, onlooker.cluster, namespace, "own", str(count))
                for _ in range(chance.randrange(1, 6)):
                    name = f"n{chance.randrange(4)}"
                    if chance.random() < 0.3:
                        writer.drop(name)
                    else:
                        writer.put(name, f"{count}-{chance.random()}")
                    await trio.sleep(chance.choice((0, 0, 0.05, 0.5)))
                onlooker.proxy.heal()
            await onlooker.sees(writer.written, SOON + DEAD)
        onlooker.nothing_was_told_twice()
        assert len(onlooker.proxy.links) <= 3, "links pile up"


@pytest.mark.parametrize("seed", range(4))
async def test_a_few_faults_by_the_dice(plane: Plane, namespace: str, looking: Callable[..., Any], seed: int) -> None:
    await lived_through(seed, 5, plane, namespace, looking)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(100, 130))
async def test_many_faults_by_the_dice(plane: Plane, namespace: str, looking: Callable[..., Any], seed: int) -> None:
    await lived_through(seed, 12, plane, namespace, looking)
