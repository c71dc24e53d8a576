"""The agent in its real clothes: threads, sockets, and the simulated gateway, which looks at the files it is given."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import pytest
import trio

from stoker.agent.blocking import InThread
from stoker.api.profiles import MappingSpec
from stoker.api.times import utcnow
from stoker.git.fetch import StorePool
from stoker.git.offload import Thread
from stoker.standalone.simulator.gateway import SimulatedGateway
from tests.agent.gateway import KEY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from tests.agent.plant import Plant

    Serve = Callable[[], Awaitable[None]]

SECURITY = "config/resources/core/ignition/security-properties/config.json"


def view(number: int, text: str) -> dict[str, str | None]:
    """One resource, whose signature the gateway has to put right."""
    folder = f"projects/line1/com.inductiveautomation.perspective/views/view {number}"
    manifest = {"scope": "G", "version": 1, "restricted": False, "overridable": True, "files": ["view.json"]}
    return {f"{folder}/resource.json": json.dumps({**manifest, "text": text}), f"{folder}/view.json": text}


@pytest.fixture
def simulated(plant: Plant) -> SimulatedGateway:
    """A gateway over the plant's directory, with the agent's key; a test may turn its knobs before it runs."""
    return SimulatedGateway(plant.data, key=KEY)


@pytest.fixture
def real(plant: Plant, tmp_path: Path) -> Plant:
    """The plant with threads and sockets; neither gateway nor agent runs yet."""
    plant.blocking, plant.now = InThread(), utcnow
    plant.stores = StorePool(tmp_path / "real", offload=Thread())
    return plant


@pytest.fixture
async def serve(real: Plant, simulated: SimulatedGateway) -> AsyncIterator[Serve]:
    """Starts the gateway, and beside it the agent."""
    stopping = trio.Event()
    async with trio.open_nursery() as nursery:

        async def both() -> None:
            urls = await nursery.start(partial(simulated.run, "127.0.0.1:0", stopping=stopping))
            real.address = urls[0]
            real.agent = real.start()

        yield both
        if real.address:
            await real.agent.stop()
        stopping.set()


async def test_a_first_boot_ends_synced_with_what_commissioning_overwrote_restored(
    real: Plant, simulated: SimulatedGateway, serve: Serve
) -> None:
    simulated.state, simulated.needs_commissioning, simulated.commissioning_drops_permission = "starting", True, True
    simulated.start_seconds, simulated.commission_seconds = 1.5, 2.5
    mappings = [*real.profile.mappings, MappingSpec(source=SECURITY, destination=SECURITY)]
    await real.profiled(mappings=mappings)
    await real.push({SECURITY: '{"ours": true}'})
    await serve()
    await real.until(lambda: real.report.sync_status == "Synced")
    assert real.live(SECURITY) == '{"ours": true}'
    assert [entry.result for entry in real.history if entry.result == "error"] == []
    assert simulated.half_written == []


async def test_a_busy_gateway_never_meets_anything_half_written(
    real: Plant, simulated: SimulatedGateway, serve: Serve
) -> None:
    simulated.own_scan_every = 0.02
    await serve()
    commit = ""
    for turn in range(15):
        files = {path: text for number in range(12) for path, text in view(number, f"version {turn}").items()}
        commit = await real.push(files)
        await real.until(lambda wanted=commit: real.report.synced_commit == wanted)  # type: ignore[misc]
    await real.until(lambda: real.report.sync_status == "Synced")
    assert simulated.half_written == []
    assert simulated.record.mixed == []
    assert simulated.rewritten != []


async def test_the_gateways_own_stamp_is_neither_drift_nor_restored(
    real: Plant, simulated: SimulatedGateway, serve: Serve
) -> None:
    await serve()
    await real.push(view(1, "signed by nobody"))
    await real.until(lambda: real.report.sync_status == "Synced")
    with trio.fail_after(30):
        while not simulated.rewritten:  # noqa: ASYNC110 - as with a real gateway, nobody is told of a scan's end
            await trio.sleep(0.05)
    commit = await real.push({"docs/readme.md": "restores whatever drifted"})
    await real.until(lambda: real.report.synced_commit == commit)
    assert (real.report.drift_files, real.report.files_changed) == (0, 0)


async def test_a_wrong_key_is_an_error_until_it_is_right(
    real: Plant, simulated: SimulatedGateway, serve: Serve
) -> None:
    real.key = "stoker:wrong-key"
    await serve()
    await real.until(lambda: real.report.sync_status == "Error")
    assert "401" in real.report.error_message
    real.key = KEY
    await real.want(requested_at="now")
    await real.until(lambda: real.report.sync_status == "Synced")
