"""The agent and the simulated gateway face to face: the agent's own world, with the real opponent at its client's port."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx
import pytest
import trio
import trio.testing

from stoker.api.profiles import MappingSpec, ResolvedProfile
from stoker.standalone.simulator.gateway import SimulatedGateway
from tests.agent.gateway import KEY, FakeGateway
from tests.agent.plant import Plant
from tests.fakes.gitrepos import make_origin
from tests.fakes.wire import Wire
from tests.standalone.simulator.conftest import Resource

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PROFILE = ResolvedProfile(
    mappings=[
        MappingSpec(source="projects", destination="projects"),
        MappingSpec(source="config", destination="config/resources/core", required=False),
    ]
)
VIEW = "projects/Plant/views/A"


def view(text: str) -> dict[str, str]:
    """A signed view, as files of a commit."""
    return {f"{VIEW}/view.json": text, f"{VIEW}/resource.json": Resource.signed({"view.json": text})}


@dataclass
class Port(FakeGateway):
    """Where the agent's client connects: the simulated gateway, once somebody runs it."""

    gateway: SimulatedGateway | None = None
    own_keys: list[str] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        if self.gateway is None or self.port == "closed":
            raise httpx.ConnectError("All connection attempts failed", request=request)
        return await Wire(self.gateway).handle_async_request(request)


@dataclass
class Duel:
    """``plant`` is the agent's world, ``gateway`` its opponent, which ``boot`` starts."""

    plant: Plant
    gateway: SimulatedGateway
    nursery: trio.Nursery

    async def boot(self) -> None:
        """The gateway's process starts, and its port opens."""
        await self.nursery.start(self.gateway.background)
        self.plant.gateway.start()

    @property
    def whole(self) -> bool:
        """The opponent met nothing half-written, and could write where it must."""
        return not (self.gateway.half_written or self.gateway.record.unwritable)


@pytest.fixture
async def duel(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> AsyncIterator[Duel]:
    """A repository with one view, an agent that does not run yet, a gateway that does not either."""
    origin = make_origin(tmp_path / "origin.git")
    origin.commit({"projects/Plant/project.json": '{"title": "Plant"}', **view("{}")}, message="first")
    async with trio.open_nursery() as nursery:
        plant = Plant(tmp_path, origin, nursery)
        plant.profile = PROFILE
        gateway = SimulatedGateway(plant.data, key=KEY, inline=True)
        plant.gateway = Port(gateway=gateway)
        await plant.prepare()
        await plant.want(origin.hash_of("main"))
        yield Duel(plant, gateway, nursery)
        nursery.cancel_scope.cancel()
