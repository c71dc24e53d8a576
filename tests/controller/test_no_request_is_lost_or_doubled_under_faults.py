"""A store that conflicts, stalls, loses answers and expires watches: in the end every request was handled, and it is quiet."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from stoker.api import names
from stoker.errors import StokerError
from stoker.kube.cluster import CONFIGMAPS
from stoker.kube.faults import Faults
from tests.controller.house import URL, House

if TYPE_CHECKING:
    import trio
    import trio.testing

    from stoker.kube.cluster import Kind

RESOURCES = ("r0", "r1", "r2")


TROUBLE = {
    "conflict": 0.05,
    "lost": 0.05,
    "throttled": 0.03,
    "stall": 0.03,
    "expired": 0.05,
    "watch_lost": 0.05,
    "watch_ended": 0.05,
}


class Users:
    """People and receivers who ask until they are answered, and remember what was accepted."""

    def __init__(self, house: House, seed: int) -> None:
        self._house = house
        self._random = random.Random(seed)
        self.last: dict[str, str] = {}
        self.commit = ""

    async def _insist(self, name: str, annotations: dict[str, str]) -> None:
        while True:
            try:
                await self._house.annotate(annotations, name, settle=False)
            except StokerError:
                await self._house.advance(0.5)
            else:
                return

    async def ask(self, number: int) -> None:
        """A push, announced to one, and a force request for another."""
        self.commit = f"{number:040x}"
        self._house.refs.push(URL, self.commit)
        await self._insist(self._random.choice(RESOURCES), {names.PUSHED_AT: str(number)})
        forced = self._random.choice(RESOURCES)
        self.last[forced] = f"request-{number}"
        await self._insist(forced, {names.REQUESTED_AT: self.last[forced]})
        await self._house.advance(self._random.choice((0, 0.2, 3, 20)))


class Handed:
    """Every value of ``requestedAt`` that agents could see, in order, by ConfigMap."""

    def __init__(self) -> None:
        self.values: dict[str, list[str]] = {}

    def see(self, kind: Kind[Any], stored: dict[str, Any], deleted: bool) -> None:
        """After every write."""
        said = stored.get("data", {}).get("requestedAt")
        if kind is CONFIGMAPS and said is not None and not deleted:
            values = self.values.setdefault(stored["metadata"]["name"], [])
            if values[-1:] != [said]:
                values.append(said)


@pytest.mark.parametrize("seed", range(30))
async def test_every_request_is_answered_and_then_nothing_is_written(
    seed: int, nursery: trio.Nursery, autojump_clock: trio.testing.MockClock
) -> None:
    faults = Faults(seed=seed, stall_seconds=3.0)
    house = House.built(faults)
    users, handed = Users(house, seed), Handed()
    house.cluster.on_change = handed.see
    house.refs.takes = 0.7
    for name in RESOURCES:
        await house.resource(name)
    vars(faults).update(TROUBLE)
    await house.start(nursery)
    for number in range(1, 16):
        await users.ask(number)
    vars(faults).update(dict.fromkeys(TROUBLE, 0.0))
    await house.advance(700)
    assert faults.injected
    for name in RESOURCES:
        assert house.status(name).last_sync_commit == users.commit
        assert house.metadata(name)["commit"] == users.commit
        assert house.metadata(name)["requestedAt"] == users.last.get(name, "")
        assert house.status(name).last_handled_requested_at == users.last.get(name, "")
        values = handed.values[names.metadata_configmap(name)]
        assert len(values) == len(set(values)), "a request that was followed by another was handed over once more"
    before = house.cluster.writes
    await house.advance(600)
    assert house.cluster.writes == before
