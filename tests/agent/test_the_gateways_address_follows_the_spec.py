"""Where the gateway listens is the resource's to say: what the agent was started with counts until that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from tests.agent.plant import FILES

if TYPE_CHECKING:
    from trio.testing import MockClock

    from stoker.api.handoff import Metadata
    from tests.agent.plant import Plant

PATH = next(iter(FILES))


def by_port(metadata: Metadata) -> str:
    """As in a cluster."""
    return f"{'https' if metadata.gateway_tls else 'http'}://localhost:{metadata.gateway_port}"


async def test_a_port_that_changes_reaches_a_running_agent(autojump_clock: MockClock, plant: Plant) -> None:
    plant.locate = by_port
    plant.gateway.start()
    await plant.run()
    plant.gateway.addresses.clear()
    await plant.want(gateway_port=9999, gateway_tls=True)
    await trio.sleep(6)
    await plant.push({PATH: "new"})
    await trio.sleep(1)
    assert plant.gateway.addresses == {"https://localhost:9999"}
    assert plant.report.sync_status == "Synced"


async def test_another_port_is_looked_at_at_once(autojump_clock: MockClock, plant: Plant) -> None:
    plant.locate = by_port
    plant.gateway.start()
    await plant.run(5.5)
    plant.gateway.addresses.clear()
    await plant.want(gateway_port=9999)
    await trio.sleep(1)
    assert plant.gateway.addresses == {"http://localhost:9999"}


async def test_a_gateway_that_ran_all_along_has_not_started_because_it_was_looked_for_elsewhere(
    autojump_clock: MockClock, plant: Plant
) -> None:
    plant.locate = by_port
    plant.gateway.start()
    plant.gateway.listens_at = "http://localhost:8043"
    agent = await plant.run(5)
    await plant.want(gateway_port=8043)
    await trio.sleep(5)
    assert plant.report.sync_status == "Synced"
    await agent.stop()
    plant.gateway.scans.clear()
    await plant.run(5)
    assert plant.gateway.scans == []


async def test_a_gateway_that_came_up_at_its_new_address_is_synced_and_scanned(
    autojump_clock: MockClock, plant: Plant
) -> None:
    plant.locate = by_port
    plant.gateway.start()
    await plant.run(5)
    plant.gateway.stop()
    await trio.sleep(15)
    plant.gateway.scans.clear()
    plant.gateway.start()
    plant.gateway.listens_at = "http://localhost:8043"
    await plant.want(gateway_port=8043)
    await trio.sleep(5)
    assert plant.gateway.both == 1


async def test_a_gateway_that_serves_https_alone_says_what_to_set_and_is_synced_once_it_is(
    autojump_clock: MockClock, plant: Plant
) -> None:
    plant.locate = by_port
    plant.gateway.https_only = True
    plant.gateway.start()
    await plant.run(10)
    assert plant.report.sync_status == "Error"
    assert "name its https port, 8043 as a rule, in spec.gateway.port" in plant.report.error_message
    await plant.want(gateway_port=8043, gateway_tls=True)
    await trio.sleep(3)
    assert (plant.report.sync_status, plant.report.error_message) == ("Synced", "")


async def test_where_nothing_says_so_the_address_stays(autojump_clock: MockClock, synced: Plant) -> None:
    synced.gateway.addresses.clear()
    await synced.want(gateway_port=9999)
    await trio.sleep(10)
    assert synced.gateway.addresses == {"http://localhost:8088"}
