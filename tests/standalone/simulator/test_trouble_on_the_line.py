"""Slow, silent, senseless and torn answers, on the routes that the test names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
import trio

from stoker.standalone.simulator.knobs import Trouble
from tests.standalone.simulator.conftest import API, Ask

if TYPE_CHECKING:
    from trio.testing import MockClock

    from stoker.standalone.simulator.gateway import SimulatedGateway


async def test_a_slow_route_answers_late_and_the_others_at_once(
    gateway: SimulatedGateway, ask: Ask, autojump_clock: MockClock
) -> None:
    gateway.trouble[f"{API}/designers"] = Trouble(slow=7)
    began = trio.current_time()
    assert (await ask.get("/StatusPing")).status_code == 200
    assert trio.current_time() == began
    assert (await ask.get(f"{API}/designers")).status_code == 200
    assert trio.current_time() - began == pytest.approx(7)


async def test_a_hanging_route_never_answers(gateway: SimulatedGateway, ask: Ask, autojump_clock: MockClock) -> None:
    gateway.trouble[""] = Trouble(hang=True)
    with trio.move_on_after(1000) as waited:
        await ask.get("/StatusPing")
    assert waited.cancelled_caught
    assert [asked.status for asked in gateway.record.asked] == [0]


async def test_status_and_body_can_be_any(gateway: SimulatedGateway, ask: Ask) -> None:
    gateway.trouble["/StatusPing"] = Trouble(status=502)
    gateway.trouble["/system"] = Trouble(body=b"\xff<nonsense>")
    assert (await ask.get("/StatusPing")).status_code == 502
    assert (await ask.get("/system/gwinfo")).content == b"\xff<nonsense>"


async def test_a_torn_answer_breaks_in_its_body(gateway: SimulatedGateway, ask: Ask) -> None:
    gateway.trouble[f"{API}/scan/projects"] = Trouble(reset=True)
    with pytest.raises(httpx.ReadError):
        await ask.post(f"{API}/scan/projects")


async def test_the_longest_beginning_counts(gateway: SimulatedGateway, ask: Ask) -> None:
    gateway.trouble = {"": Trouble(status=500), "/StatusPing": Trouble()}
    assert (await ask.get("/StatusPing")).status_code == 200
