"""Memory is given back after work, when it is quiet again, and not again before there was more."""

from __future__ import annotations

from functools import partial

import pytest
import trio

from stoker.process.resting import LOOK_SECONDS, rest_when_quiet


class Machine:
    """CPU that a test spends, and how often it rested."""

    def __init__(self) -> None:
        self.cpu = 0.0
        self.rests = 0

    async def rest(self) -> None:
        self.rests += 1


@pytest.fixture
async def machine(nursery: trio.Nursery) -> Machine:
    machine = Machine()
    await nursery.start(partial(rest_when_quiet, spent=lambda: machine.cpu, rest=machine.rest))
    return machine


async def test_after_work_and_only_once(autojump_clock: object, machine: Machine) -> None:
    machine.cpu = 5
    await trio.sleep(LOOK_SECONDS * 2 + 1)
    assert machine.rests == 1
    await trio.sleep(3600)
    assert machine.rests == 1
    machine.cpu += 2
    await trio.sleep(LOOK_SECONDS * 3)
    assert machine.rests == 2


async def test_not_while_it_works(autojump_clock: object, machine: Machine) -> None:
    for _ in range(100):
        machine.cpu += 1
        await trio.sleep(LOOK_SECONDS / 2)
    assert machine.rests == 0


async def test_not_for_a_little(autojump_clock: object, machine: Machine) -> None:
    machine.cpu = 0.5
    await trio.sleep(3600)
    assert machine.rests == 0
