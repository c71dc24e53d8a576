"""Open Designer sessions, all pages of them; a gateway that does not say blocks nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from stoker.errors import GatewayAnswerInvalid
from stoker.ignition.client import GatewayClient
from stoker.ignition.sessions import DesignerSession, open_sessions
from stoker.standalone.simulator.knobs import Trouble
from tests.fakes.wire import through

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.standalone.simulator.gateway import SimulatedGateway
    from tests.ignition.conftest import Key


async def test_a_session_has_its_user_and_project(client: GatewayClient, gateway: SimulatedGateway) -> None:
    gateway.designers = [{"id": "d1", "user": "dana", "project": "Plant"}]
    assert await open_sessions(client) == (DesignerSession("d1", "dana", "Plant"),)


async def test_no_session_is_an_empty_list_not_an_unknown(client: GatewayClient) -> None:
    assert await open_sessions(client) == ()


async def test_more_sessions_than_a_page_holds_are_all_listed(client: GatewayClient, gateway: SimulatedGateway) -> None:
    gateway.designers = [{"id": str(number)} for number in range(250)]
    found = await open_sessions(client) or ()
    assert [session.id for session in found] == [str(number) for number in range(250)]


async def test_a_gateway_that_repeats_its_first_page_ends_the_listing(key: Key) -> None:
    answer = httpx.Response(200, json={"items": [{"id": "d1"}], "metadata": {"matching": 9}})
    async with GatewayClient(
        "http://g", api_key=key.read, way=through(httpx.MockTransport(lambda _: answer))
    ) as client:
        assert await client.designers() == [{"id": "d1"}]


@pytest.mark.parametrize(
    "mood",
    [
        {"state": "starting"},
        {"state": "commissioning"},
        {"version": "8.1"},
        {"get_needs_key": True, "key": "a:nother"},
        {"trouble": {"": Trouble(reset=True)}},
        {"trouble": {"": Trouble(body=b"<html>login</html>")}},
        {"trouble": {"": Trouble(hang=True)}},
    ],
)
async def test_a_gateway_that_does_not_say_gives_none(
    gateway: SimulatedGateway, url: str, connect: Callable[..., GatewayClient], mood: dict[str, Any]
) -> None:
    for knob, value in mood.items():
        setattr(gateway, knob, value)
    async with connect(url, bound=0.5) as client:
        assert await open_sessions(client) is None


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'{"items": 3}', b'{"items": {"a": 1}}'])
async def test_a_200_that_lists_nothing_is_told_so(
    gateway: SimulatedGateway, client: GatewayClient, body: bytes
) -> None:
    gateway.trouble[""] = Trouble(body=body)
    with pytest.raises(GatewayAnswerInvalid, match="no Designer sessions"):
        await client.designers()


async def test_items_that_are_no_sessions_are_passed_over(gateway: SimulatedGateway, client: GatewayClient) -> None:
    gateway.trouble[""] = Trouble(body=b'{"items": [1, null, {"id": 7, "user": null}], "metadata": []}')
    assert await open_sessions(client) == (DesignerSession("7", "None", ""),)
