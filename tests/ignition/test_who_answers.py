"""What ``/system/gwinfo`` says: running, commissioning, starting, or something that nobody can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.errors import GatewayAnswerInvalid
from stoker.ignition import exchange
from stoker.ignition.client import GwInfo
from stoker.standalone.simulator.knobs import Trouble

if TYPE_CHECKING:
    from stoker.ignition.client import GatewayClient
    from stoker.standalone.simulator.gateway import SimulatedGateway


async def test_a_running_gateway(client: GatewayClient, gateway: SimulatedGateway) -> None:
    gateway.redundancy = "Backup"
    info = await client.info()
    assert (info, info.running, info.commissioning) == (GwInfo(200, "RUNNING", "Backup"), True, False)


async def test_one_that_waits_for_its_commissioning(client: GatewayClient, gateway: SimulatedGateway) -> None:
    gateway.state = "commissioning"
    info = await client.info()
    assert (info.status, info.running, info.commissioning) == (200, False, True)


async def test_one_that_starts(client: GatewayClient, gateway: SimulatedGateway) -> None:
    gateway.state = "starting"
    info = await client.info()
    assert (info, info.running, info.commissioning) == (GwInfo(503), False, False)


@pytest.mark.parametrize("status", [302, 307])
async def test_one_that_sends_everybody_to_welcome(
    client: GatewayClient, gateway: SimulatedGateway, status: int
) -> None:
    gateway.trouble[""] = Trouble(status=status)
    assert (await client.info()).commissioning


async def test_one_that_sends_everybody_to_https_says_nothing_of_its_state(
    client: GatewayClient, gateway: SimulatedGateway
) -> None:
    gateway.https_only = True
    info = await client.info()
    assert (info.status, info.running, info.commissioning) == (302, False, False)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\0", b"<html>login</html>", b"ContextStatus", b"=;=;", b"a=b=c;"])
async def test_nonsense_is_neither_running_nor_commissioning(
    client: GatewayClient, gateway: SimulatedGateway, body: bytes
) -> None:
    gateway.trouble[""] = Trouble(body=body)
    info = await client.info()
    assert (info.status, info.running, info.commissioning) == (200, False, False)


async def test_an_endless_answer_is_cut_off(client: GatewayClient, gateway: SimulatedGateway) -> None:
    gateway.trouble[""] = Trouble(body=b"x" * (exchange.LARGEST + 1))
    with pytest.raises(GatewayAnswerInvalid, match="is that a gateway"):
        await client.info()
