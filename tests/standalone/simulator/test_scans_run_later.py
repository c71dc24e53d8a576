"""A scan's 200 says that it was requested; it runs afterwards, and GET says when it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from tests.standalone.simulator.conftest import API, Ask, Resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from trio.testing import MockClock

    from stoker.standalone.simulator.gateway import SimulatedGateway

SCAN = f"{API}/scan/projects"


async def test_the_scan_is_active_after_the_answer_and_newer_when_it_is_over(
    gateway: SimulatedGateway, ask: Ask, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    gateway.scan_delay = 3
    await nursery.start(gateway.background)
    asked = (await ask.post(SCAN)).json()
    assert set(asked) == {"scanActive", "lastScanTimestamp", "lastScanDuration"}
    assert asked["scanActive"] is True
    assert (await ask.idle())["lastScanTimestamp"] > asked["lastScanTimestamp"]
    assert trio.current_time() >= 3


async def test_each_scan_moves_the_timestamp(ask: Ask, nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    await nursery.start(ask.gateway.background)
    stamps = [(await ask.scanned())["lastScanTimestamp"] for _ in range(3)]
    assert stamps == sorted(set(stamps))


async def test_the_timestamp_may_stand_still_for_a_while(
    gateway: SimulatedGateway, ask: Ask, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    gateway.timestamp_lag = 5
    await nursery.start(gateway.background)
    assert (await ask.scanned())["lastScanTimestamp"] == 0
    await trio.sleep(5)
    assert (await ask.get(SCAN)).json()["lastScanTimestamp"] > 0


async def test_a_scan_asked_for_while_one_reads_is_done_after_it(
    gateway: SimulatedGateway,
    ask: Ask,
    resource: Callable[[str], Resource],
    nursery: trio.Nursery,
    autojump_clock: MockClock,
) -> None:
    gateway.scan_seconds = 2
    await nursery.start(gateway.background)
    await ask.post(SCAN)
    await trio.sleep(1)  # the first has looked and goes on
    (resource("A").folder / "resource.json").write_text("{")
    await ask.post(SCAN)
    await ask.idle()
    assert gateway.half_written == ["projects/Plant/views/A: its resource.json is no JSON"]


async def test_the_kinds_scan_on_their_own(
    gateway: SimulatedGateway, ask: Ask, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    gateway.scan_seconds = 60
    await nursery.start(gateway.background)
    await ask.post(SCAN)
    assert (await ask.get(f"{API}/scan/config")).json()["scanActive"] is False
    assert gateway.scans == ["projects"]


async def test_a_refused_scan_is_not_done(gateway: SimulatedGateway, ask: Ask) -> None:
    gateway.refuse_scan = 500
    assert (await ask.post(SCAN)).status_code == 500
    assert gateway.scans == []


async def test_a_gateway_may_scan_by_itself(
    gateway: SimulatedGateway, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    gateway.own_scan_every = 10
    await nursery.start(gateway.background)
    await trio.sleep(25)
    assert gateway.record.own_scans == ["projects", "config"] * 2
    assert gateway.scans == []
