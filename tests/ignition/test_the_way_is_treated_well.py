"""What becomes of a connection to a gateway, beneath what is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from stoker.ignition.client import GatewayClient
from tests.fakes.ways import Noted

if TYPE_CHECKING:
    from tests.ignition.conftest import Key


async def test_one_whose_answer_ended_is_used_again_and_closed_at_the_end(key: Key) -> None:
    way = Noted()
    async with GatewayClient("http://gateway:8088/behind", api_key=key.read, way=lambda _: way) as client:
        for _ in range(2):
            await client.info()
        assert way.closed == 0
    assert way.closed == 1
    assert [request.target for request in way.asked] == ["/behind/system/gwinfo"] * 2


async def test_one_that_was_given_up_is_closed(key: Key) -> None:
    way = Noted(hangs=True)
    async with GatewayClient("http://gateway", api_key=key.read, way=lambda _: way) as client:
        with trio.move_on_after(0.01):
            await client.info()
        assert way.closed == 1
