"""Asking for the scan lock: held, refused, or not offered; anything else is its own error. Waiting is on a virtual clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from stoker.errors import ApiKeyForbidden, ApiKeyRejected, GatewayTimeout, StokerError
from stoker.ignition.client import GatewayClient
from stoker.standalone.simulator.knobs import Trouble
from tests.fakes.wire import Wire, through

if TYPE_CHECKING:
    from trio.testing import MockClock

    from stoker.standalone.simulator.gateway import SimulatedGateway
    from tests.ignition.conftest import Key


@pytest.fixture
def wired(gateway: SimulatedGateway, key: Key) -> GatewayClient:
    """A client without a socket."""
    return GatewayClient("http://gateway", api_key=key.read, way=through(Wire(gateway)))


async def test_a_free_lock_is_held_for_the_time_asked(client: GatewayClient, gateway: SimulatedGateway) -> None:
    assert await client.lock("config", acquire=9, hold=60) == "held"
    described = gateway.locks.describe("config") or {}
    assert (described["actor"], described["remaining"]) == ("stoker", 60)


async def test_the_next_scan_releases_it(client: GatewayClient, gateway: SimulatedGateway) -> None:
    await client.lock("config", acquire=9, hold=60)
    await client.scan("config")
    assert gateway.locks.describe("config") is None


async def test_a_lock_that_somebody_else_holds_is_refused(
    client: GatewayClient, gateway: SimulatedGateway, key: Key
) -> None:
    gateway.key = ""
    await client.lock("config", acquire=1, hold=60)
    key.text = "other:key"
    assert await client.lock("config", acquire=1, hold=60) == "refused"


async def test_a_scan_that_goes_on_too_long_is_a_refusal_after_the_time_asked(
    wired: GatewayClient, gateway: SimulatedGateway, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    gateway.scan_seconds = 100
    await nursery.start(gateway.background)
    await wired.scan("config")
    await trio.sleep(1)
    began = trio.current_time()
    assert await wired.lock("config", acquire=9, hold=60) == "refused"
    assert trio.current_time() - began == pytest.approx(9)


async def test_a_gateway_that_offers_none_is_no_error(client: GatewayClient, gateway: SimulatedGateway) -> None:
    gateway.offers_locks = False
    assert await client.lock("projects", acquire=9, hold=60) == "absent"


@pytest.mark.parametrize(
    ("mood", "error"), [({"key": "a:nother"}, ApiKeyRejected), ({"may_write": False}, ApiKeyForbidden)]
)
async def test_any_other_refusal_is_its_own_error(
    client: GatewayClient, gateway: SimulatedGateway, mood: dict[str, object], error: type[StokerError]
) -> None:
    for knob, value in mood.items():
        setattr(gateway, knob, value)
    with pytest.raises(error, match="scan-lock/projects"):
        await client.lock("projects", acquire=1, hold=60)


async def test_a_gateway_that_does_not_answer_is_given_up_a_second_after_the_time_asked(
    wired: GatewayClient, gateway: SimulatedGateway, autojump_clock: MockClock
) -> None:
    gateway.trouble[""] = Trouble(hang=True)
    began = trio.current_time()
    with pytest.raises(GatewayTimeout):
        await wired.lock("projects", acquire=9, hold=60)
    assert trio.current_time() - began == pytest.approx(10)


@pytest.mark.parametrize(("acquire", "hold"), [(0.2, 0.3), (9.7, 59.6)])
async def test_odd_seconds_are_asked_for_as_whole_ones(client: GatewayClient, acquire: float, hold: float) -> None:
    assert await client.lock("projects", acquire=acquire, hold=hold) == "held"
