"""Starting, commissioning, running: what the gateway answers meanwhile, on a virtual clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from tests.standalone.simulator.conftest import API, Ask

if TYPE_CHECKING:
    from pathlib import Path

    from trio.testing import MockClock

    from stoker.standalone.simulator.gateway import SimulatedGateway


@pytest.mark.parametrize("path", ["/system/gwinfo", f"{API}/scan/projects", f"{API}/designers", "/"])
async def test_while_starting_everything_is_503(gateway: SimulatedGateway, ask: Ask, path: str) -> None:
    gateway.state = "starting"
    assert (await ask.get(path)).status_code == 503


async def test_status_ping_answers_while_starting(gateway: SimulatedGateway, ask: Ask) -> None:
    gateway.state = "starting"
    answer = await ask.get("/StatusPing")
    assert (answer.status_code, answer.json()) == (200, {"state": "STARTING"})


async def test_a_start_takes_its_seconds(
    gateway: SimulatedGateway, ask: Ask, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    gateway.state, gateway.start_seconds = "starting", 90
    await nursery.start(gateway.background)
    await trio.sleep(89)
    assert (await ask.get("/system/gwinfo")).status_code == 503
    await trio.sleep(2)
    assert (await ask.get("/system/gwinfo")).text.startswith("ContextStatus=RUNNING;")


async def test_a_gateway_that_waits_for_commissioning_says_so(gateway: SimulatedGateway, ask: Ask) -> None:
    gateway.state = "commissioning"
    assert (await ask.get("/StatusPing")).json() == {"state": "RUNNING", "details": "COMMISSIONING"}
    assert (await ask.get("/system/gwinfo")).text == "ContextStatus=NEEDS_COMMISSIONING;"


async def test_while_commissioning_a_scan_is_400_and_the_rest_leads_to_welcome(
    gateway: SimulatedGateway, ask: Ask
) -> None:
    gateway.state = "commissioning"
    assert (await ask.post(f"{API}/scan/projects")).status_code == 400
    for answer in (await ask.get(f"{API}/designers"), await ask.post(f"{API}/scan-lock/config"), await ask.get("/")):
        assert (answer.status_code, answer.headers["location"]) == (302, "/welcome")


async def test_commissioning_ends_after_its_seconds_and_overwrites_security_properties(
    gateway: SimulatedGateway, ask: Ask, data: Path, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    properties = data / "config/resources/core/ignition/security-properties/config.json"
    properties.parent.mkdir(parents=True)
    properties.write_text('{"ours": true}')
    gateway.state, gateway.commission_seconds = "commissioning", 30
    await nursery.start(gateway.background)
    await trio.sleep(31)
    assert (await ask.get("/StatusPing")).json() == {"state": "RUNNING"}
    assert "ours" not in properties.read_text()


async def test_a_first_boot_starts_then_commissions_until_somebody_finishes_it(
    gateway: SimulatedGateway, ask: Ask, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    gateway.state, gateway.start_seconds, gateway.needs_commissioning = "starting", 5, True
    await nursery.start(gateway.background)
    await trio.sleep(500)
    assert (await ask.get("/StatusPing")).json()["details"] == "COMMISSIONING"
    assert (await ask.post("/simulator/commission", key=None)).json() == {"state": "running"}


async def test_commissioning_may_cost_the_key_its_permission_until_the_files_are_restored(
    gateway: SimulatedGateway, ask: Ask, data: Path
) -> None:
    gateway.state, gateway.commissioning_drops_permission = "commissioning", True
    gateway.finish_commissioning()
    assert (await ask.post(f"{API}/scan/config")).status_code == 403
    (data / "config/resources/core/ignition/security-properties/config.json").write_text('{"ours": true}')
    assert (await ask.post(f"{API}/scan/config")).status_code == 200


async def test_a_restart_starts_anew_and_nobody_holds_a_lock(
    gateway: SimulatedGateway, ask: Ask, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    gateway.start_seconds = 10
    await nursery.start(gateway.background)
    await ask.post(f"{API}/scan-lock/config", {"acquireTimeout": 1, "holdTimeout": 600})
    gateway.restart()
    assert (await ask.get(f"{API}/scan/config")).status_code == 503
    await trio.sleep(11)
    assert (await ask.get(f"{API}/scan-lock/config")).status_code == 204
