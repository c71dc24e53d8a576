"""The API key: read anew for each request, trimmed, sent in its header where it is needed, and never shown."""

from __future__ import annotations

import io
import traceback
from typing import TYPE_CHECKING

import pytest
import trio

from stoker.errors import ApiKeyRejected, CredentialsInvalid, GatewayTimeout, StokerError
from stoker.ignition.client import GatewayClient
from stoker.observe import logs
from stoker.standalone.simulator.knobs import Trouble
from tests.ignition.conftest import KEY, SECRET, Key

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.standalone.simulator.gateway import SimulatedGateway


async def test_it_is_read_anew_for_each_request_and_rotates(
    client: GatewayClient, gateway: SimulatedGateway, key: Key
) -> None:
    await client.scan("projects")
    key.text = gateway.key = "stoker:the-next-secret"
    await client.scan("projects")
    assert key.reads == 2


async def test_it_is_read_anew_for_each_try(client: GatewayClient, gateway: SimulatedGateway, key: Key) -> None:
    gateway.refuse_scan = 500
    with pytest.raises(StokerError):
        await client.scan("projects")
    assert key.reads == 3


async def test_white_space_around_it_is_not_part_of_it(client: GatewayClient, key: Key) -> None:
    key.text = f" \t{KEY}\r\n"
    assert (await client.scan("projects")).status == 200


async def test_who_answers_is_asked_without_it(client: GatewayClient, gateway: SimulatedGateway, key: Key) -> None:
    await client.info()
    assert key.reads == 0
    assert [(asked.path, asked.keyed) for asked in gateway.record.asked] == [("/system/gwinfo", False)]


@pytest.mark.parametrize(
    "text", ["", "  \n", f"stoker:{SECRET}\nX-Other: y", f"stoker:{SECRET}é", f"stoker:{SECRET}\0"]
)
async def test_a_key_that_no_header_can_carry_is_refused_unsent_and_unshown(
    client: GatewayClient, gateway: SimulatedGateway, key: Key, text: str
) -> None:
    key.text = text
    with pytest.raises(CredentialsInvalid, match="name:secret") as raised:
        await client.scan("projects")
    assert SECRET not in "".join(traceback.format_exception(raised.value))
    assert not gateway.record.asked


@pytest.mark.parametrize("trouble", [Trouble(status=401), Trouble(status=500), Trouble(reset=True), Trouble(hang=True)])
async def test_no_error_and_no_log_line_shows_it(
    gateway: SimulatedGateway, url: str, connect: Callable[..., GatewayClient], trouble: Trouble
) -> None:
    gateway.trouble[""] = trouble
    out = io.StringIO()
    logs.configure(level="debug", stream=out, dev=False)
    async with connect(url, bound=0.3) as client:
        with pytest.raises(StokerError) as raised:
            await client.scan("projects")
        shown = "".join(traceback.format_exception(raised.value)) + repr(client) + str(vars(client))
    assert SECRET not in shown + out.getvalue()


async def test_a_redirect_does_not_carry_it_anywhere(client: GatewayClient, gateway: SimulatedGateway) -> None:
    gateway.state = "commissioning"
    assert await client.designers() is None
    assert [asked.path for asked in gateway.record.asked] == ["/data/api/v1/designers"]


async def test_a_key_that_cannot_be_read_is_said_and_not_tried_again(url: str) -> None:
    reads = []

    async def read() -> str:
        reads.append(1)
        raise CredentialsInvalid("Secret plant/api has no key apiKey; add it")

    async with GatewayClient(url, api_key=read) as client:
        with pytest.raises(CredentialsInvalid, match="plant/api"):
            await client.scan("projects")
    assert len(reads) == 1


async def test_a_key_whose_reading_hangs_is_bounded(url: str) -> None:
    async with GatewayClient(url, api_key=trio.sleep_forever, bound=0.05, pause=0.0) as client:
        with pytest.raises(GatewayTimeout):
            await client.scan("projects")


async def test_a_wrong_key_is_rejected_although_a_get_went_well(client: GatewayClient, key: Key) -> None:
    key.text = "stoker:wrong"
    assert (await client.scan_status("projects")).status == 200
    with pytest.raises(ApiKeyRejected):
        await client.scan("projects")
