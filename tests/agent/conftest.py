"""The plant, in the states that most tests begin in. Tests ask for the virtual clock by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from tests.agent.plant import FILES, Plant
from tests.fakes.gitrepos import Origin, make_origin

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    """A repository with one commit."""
    made = make_origin(tmp_path / "origin.git")
    made.commit(FILES, message="first")
    return made


@pytest.fixture
async def plant(tmp_path: Path, origin: Origin) -> AsyncIterator[Plant]:
    """An empty data directory, a gateway that is down, metadata that names the first commit; no agent yet."""
    async with trio.open_nursery() as nursery:
        made = Plant(tmp_path, origin, nursery)
        await made.prepare()
        await made.want(origin.hash_of("main"))
        yield made
        nursery.cancel_scope.cancel()


@pytest.fixture
async def synced(plant: Plant) -> Plant:
    """The first commit is live and scanned at a running gateway, the agent runs, and nothing has been counted yet."""
    plant.gateway.start()
    plant.agent = await plant.run()
    plant.gateway.scans.clear()
    plant.gateway.asked.clear()
    return plant
