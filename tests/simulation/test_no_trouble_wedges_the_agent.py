"""A gateway that is slow, silent, senseless or gone costs the agent time, never its loop; and a random life ends in sync."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
import trio

from stoker.ignition.layout import same_but_stamp
from stoker.standalone.simulator.knobs import Trouble
from tests.simulation.conftest import VIEW, Duel, view

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from trio.testing import MockClock

MINUTE = 60.0
LONGEST_BACKOFF = 330.0


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(hang=True),
        Trouble(slow=9),
        Trouble(reset=True),
        Trouble(body=b"<html>a login page</html>"),
        Trouble(body=b"[" * 100_000),
        Trouble(status=500),
        Trouble(status=503),
        Trouble(status=418),
    ],
)
async def test_files_are_live_in_the_trouble_and_scanned_after_it(
    duel: Duel, autojump_clock: MockClock, trouble: Trouble
) -> None:
    plant, gateway = duel.plant, duel.gateway
    await duel.boot()
    await plant.run(10)
    gateway.trouble[""] = trouble
    await trio.sleep(10 * MINUTE)
    await plant.push(view('{"in": "trouble"}'))
    await trio.sleep(MINUTE)
    assert plant.live(f"{VIEW}/view.json") == '{"in": "trouble"}'
    gateway.trouble.clear()
    gateway.scans.clear()
    await trio.sleep(LONGEST_BACKOFF)
    assert (plant.report.sync_status, plant.report.error_message) == ("Synced", "")
    assert set(gateway.scans) == {"projects", "config"} or trouble.slow or trouble.body


class Chaos:
    """What may happen to a plant, one thing at a time, by one seed."""

    def __init__(self, duel: Duel, seed: int) -> None:
        self.duel = duel
        self.random = random.Random(seed)
        self.serial = 0
        self.key = duel.plant.key

    async def live(self, events: int) -> None:
        """So many things happen, then everything that was in the way goes away."""
        for _ in range(events):
            await self.random.choice(self._all())()
            await trio.sleep(self.random.choice([0.3, 2, 11, 45, 200]))
        gateway, plant = self.duel.gateway, self.duel.plant
        gateway.trouble.clear()
        gateway.designers, gateway.may_write, plant.key = [], True, self.key
        await trio.sleep(20 * MINUTE)

    def _all(self) -> list[Callable[[], Awaitable[None]]]:
        return [self._push, self._push, self._edit, self._restart, self._trouble, self._calm, self._key, self._kill]

    async def _push(self) -> None:
        self.serial += 1
        await self.duel.plant.push(view(f'{{"serial": {self.serial}}}'))

    async def _edit(self) -> None:
        self.duel.plant.edit('{"by": "hand"}', f"{VIEW}/view.json")

    async def _restart(self) -> None:
        self.duel.gateway.start_seconds = self.random.choice([1, 40, 150])
        self.duel.gateway.restart()

    async def _trouble(self) -> None:
        kinds = [Trouble(hang=True), Trouble(slow=8), Trouble(reset=True), Trouble(status=500), Trouble(body=b"?")]
        where = self.random.choice(["", "/data/api/v1/scan", "/data/api/v1/designers", "/system/gwinfo"])
        self.duel.gateway.trouble[where] = self.random.choice(kinds)

    async def _calm(self) -> None:
        self.duel.gateway.trouble.clear()
        self.duel.gateway.may_write = self.random.random() < 0.5

    async def _key(self) -> None:
        self.duel.plant.key = self.random.choice([self.key, "stoker:wrong"])

    async def _kill(self) -> None:
        plant = self.duel.plant
        plant.agent.scope.cancel()
        await plant.agent.ended.wait()
        plant.agent = plant.start()


@pytest.mark.parametrize("seed", range(5))
async def test_a_random_life_ends_in_sync_and_at_rest(duel: Duel, autojump_clock: MockClock, seed: int) -> None:
    plant, gateway = duel.plant, duel.gateway
    gateway.own_scan_every = 30
    await duel.boot()
    plant.agent = await plant.run(10)
    chaos = Chaos(duel, seed)
    await chaos.live(40)
    await plant.push(view('{"the": "last"}'))
    await trio.sleep(MINUTE)
    assert (plant.report.sync_status, plant.report.error_message) == ("Synced", "")
    for path, text in view('{"the": "last"}').items():
        live = plant.live(path) or ""
        assert live == text or same_but_stamp(live.encode(), text.encode())
    assert duel.whole
    before = (len(gateway.scans), plant.text("status"), plant.text("changes"))
    await trio.sleep(60 * MINUTE)
    assert (len(gateway.scans), plant.text("status"), plant.text("changes")) == before
