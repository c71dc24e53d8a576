"""Designer sessions by the page, gateway-info, gwinfo: the shapes that an agent reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.standalone.simulator.conftest import API, Ask

if TYPE_CHECKING:
    from stoker.standalone.simulator.gateway import SimulatedGateway


async def test_designers_are_listed_with_all_their_fields(gateway: SimulatedGateway, ask: Ask) -> None:
    gateway.designers = [{"id": "d1", "user": "dana", "project": "Plant"}]
    answer = (await ask.get(f"{API}/designers")).json()
    wanted = {"id", "user", "project", "address", "uptime", "lastcomm", "timeout", "timezone", "memory"}
    assert set(answer["items"][0]) == wanted
    assert answer["items"][0]["user"] == "dana"
    assert answer["metadata"] == {"total": 1, "matching": 1, "limit": 100, "offset": 0}


async def test_designers_come_by_the_page(gateway: SimulatedGateway, ask: Ask) -> None:
    gateway.designers = [{"id": str(number)} for number in range(5)]
    answer = (await ask.get(f"{API}/designers", params={"limit": 2, "offset": 4})).json()
    assert [item["id"] for item in answer["items"]] == ["4"]
    assert answer["metadata"] == {"total": 5, "matching": 5, "limit": 2, "offset": 4}


async def test_gateway_info_names_the_release_and_has_the_port_as_a_string(ask: Ask) -> None:
    info = (await ask.get(f"{API}/gateway-info")).json()
    assert info["port"] == "8088"
    assert info["ignitionVersion"].startswith("8.3.8 (b")
    assert {"name", "redundancyRole", "edition", "deploymentMode", "license"} <= set(info)
    assert "state" not in info


async def test_gwinfo_is_text_that_names_context_and_redundancy(gateway: SimulatedGateway, ask: Ask) -> None:
    gateway.redundancy = "Backup"
    fields = dict(part.split("=") for part in (await ask.get("/system/gwinfo")).text.split(";") if part)
    assert (fields["ContextStatus"], fields["RedundancyStatus"], fields["RedundantState"]) == (
        "RUNNING",
        "Backup",
        "Good",
    )
