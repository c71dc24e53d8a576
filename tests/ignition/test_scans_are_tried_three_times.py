"""A scan is tried three times, ten seconds each; any 2xx counts. On a virtual clock, by a transport without a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
import trio

from stoker.errors import GatewayTimeout
from stoker.ignition.client import GatewayClient, ScanAnswer
from stoker.standalone.simulator.knobs import Trouble
from tests.fakes.wire import Wire, through

if TYPE_CHECKING:
    from trio.testing import MockClock

    from stoker.standalone.simulator.gateway import SimulatedGateway
    from tests.ignition.conftest import Key

SCAN = "/data/api/v1/scan/config"


async def test_a_silent_gateway_costs_three_times_ten_seconds(
    gateway: SimulatedGateway, key: Key, autojump_clock: MockClock
) -> None:
    gateway.trouble[""] = Trouble(hang=True)
    began = trio.current_time()
    async with GatewayClient("http://gateway", api_key=key.read, way=through(Wire(gateway))) as client:
        with pytest.raises(GatewayTimeout):
            await client.scan("config")
    assert trio.current_time() - began == pytest.approx(30.6)
    assert len(gateway.record.asked) == 3


@pytest.mark.parametrize("before", [1, 2])
async def test_a_later_try_may_succeed(key: Key, autojump_clock: MockClock, before: int) -> None:
    answers = [httpx.Response(503)] * before + [httpx.Response(200, json={"scanActive": True, "lastScanTimestamp": 7})]
    transport = httpx.MockTransport(lambda _: answers.pop(0))
    async with GatewayClient("http://gateway", api_key=key.read, way=through(transport)) as client:
        assert await client.scan("config") == ScanAnswer(200, active=True, last_timestamp=7)
    assert (answers, key.reads) == ([], before + 1)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(204),
        httpx.Response(200, content=b""),
        httpx.Response(202, content=b"<html>"),
        httpx.Response(200, content=b"[" * 200_000),
        httpx.Response(200, content=b"\xff\xfe"),
        httpx.Response(200, json={"scanActive": "yes", "lastScanTimestamp": None}),
    ],
)
async def test_any_2xx_is_an_answer_whatever_its_body(key: Key, answer: httpx.Response) -> None:
    async with GatewayClient(
        "http://g", api_key=key.read, way=through(httpx.MockTransport(lambda _: answer))
    ) as client:
        assert await client.scan("config") == ScanAnswer(answer.status_code)


async def test_a_scan_is_a_post_of_an_empty_object_as_json(client: GatewayClient, gateway: SimulatedGateway) -> None:
    answer = await client.scan("projects")
    assert (answer.status, answer.active) == (200, True)
    assert gateway.scans == ["projects"]


async def test_how_far_a_scan_is_can_be_asked(
    gateway: SimulatedGateway, key: Key, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    gateway.scan_seconds = 5
    await nursery.start(gateway.background)
    async with GatewayClient("http://gateway", api_key=key.read, way=through(Wire(gateway))) as client:
        assert (await client.scan("config")).active
        assert (await client.scan_status("config")).active
        await trio.sleep(6)
        over = await client.scan_status("config")
    assert (over.active, (over.last_timestamp or 0) > 0) == (False, True)
