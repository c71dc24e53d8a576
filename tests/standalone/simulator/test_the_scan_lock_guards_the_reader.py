"""Scan locks: had, refused, waited for, expired; and who waits while one is held. All on a virtual clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import trio

from tests.standalone.simulator.conftest import API, KEY, Ask

if TYPE_CHECKING:
    from trio.testing import MockClock

    from stoker.standalone.simulator.gateway import SimulatedGateway

LOCK = f"{API}/scan-lock/projects"
SCAN = f"{API}/scan/projects"


def seconds(acquire: Any = 10, hold: Any = 60) -> dict[str, Any]:
    return {"acquireTimeout": acquire, "holdTimeout": hold}


async def test_a_free_lock_is_had_at_once_and_shown(ask: Ask, autojump_clock: MockClock) -> None:
    assert (await ask.get(LOCK)).status_code == 204
    answer = (await ask.post(LOCK, seconds())).json()
    assert (answer["actor"], answer["remaining"], type(answer["timestamp"])) == ("stoker", 60, int)
    await trio.sleep(20)
    assert (await ask.get(LOCK)).json()["remaining"] == 40


async def test_another_actor_is_refused_and_the_holder_may_renew(
    gateway: SimulatedGateway, ask: Ask, autojump_clock: MockClock
) -> None:
    gateway.key = ""
    await ask.post(LOCK, seconds())
    assert (await ask.post(LOCK, seconds(), key="other:key")).status_code == 409
    assert (await ask.post(LOCK, seconds(hold=90))).json()["remaining"] == 90


async def test_the_kinds_have_a_lock_each(ask: Ask, autojump_clock: MockClock) -> None:
    await ask.post(LOCK, seconds())
    assert (await ask.get(f"{API}/scan-lock/config")).status_code == 204


async def test_it_ends_by_itself(ask: Ask, autojump_clock: MockClock) -> None:
    await ask.post(LOCK, seconds(hold=30))
    await trio.sleep(30)
    assert (await ask.get(LOCK)).status_code == 204


async def test_the_next_scan_of_that_kind_releases_it(ask: Ask, autojump_clock: MockClock) -> None:
    await ask.post(LOCK, seconds())
    await ask.post(f"{API}/scan/config")
    assert (await ask.get(LOCK)).status_code == 200
    await ask.post(SCAN)
    assert (await ask.get(LOCK)).status_code == 204


async def test_it_is_waited_for_while_a_scan_reads(
    gateway: SimulatedGateway, ask: Ask, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    gateway.scan_seconds = 4
    await nursery.start(gateway.background)
    await ask.post(SCAN)
    await trio.sleep(1)
    began = trio.current_time()
    assert (await ask.post(LOCK, seconds(acquire=10))).status_code == 200
    assert trio.current_time() - began == pytest.approx(3)


async def test_a_scan_that_outlasts_the_patience_gives_408(
    gateway: SimulatedGateway, ask: Ask, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    gateway.scan_seconds = 60
    await nursery.start(gateway.background)
    await ask.post(SCAN)
    await trio.sleep(1)
    began = trio.current_time()
    assert (await ask.post(LOCK, seconds(acquire=10))).status_code == 408
    assert trio.current_time() - began == pytest.approx(10)


@pytest.mark.parametrize(
    "body", [{}, [], seconds(acquire="10"), seconds(hold=0), seconds(acquire=-1), seconds(hold=1.5), seconds(hold=True)]
)
async def test_a_bad_body_is_400(ask: Ask, body: Any) -> None:
    assert (await ask.post(LOCK, body)).status_code == 400


async def test_an_empty_body_is_500(ask: Ask) -> None:
    headers = {"X-Ignition-API-Token": KEY, "Content-Type": "application/json"}
    assert (await ask.http.post(LOCK, content=b"", headers=headers)).status_code == 500


async def test_a_gateway_without_locks_answers_404(gateway: SimulatedGateway, ask: Ask) -> None:
    gateway.offers_locks = False
    assert (await ask.post(LOCK, seconds())).status_code == 404


async def test_own_scans_wait_for_the_lock_and_run_once_it_is_free(
    gateway: SimulatedGateway, ask: Ask, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    gateway.own_scan_every = 5
    await nursery.start(gateway.background)
    await ask.post(LOCK, seconds(hold=60))
    await trio.sleep(59)
    assert gateway.record.own_scans == []
    await trio.sleep(2)
    assert gateway.record.own_scans == ["projects", "config"]


async def test_a_scan_still_waiting_to_read_waits_for_a_lock_taken_meanwhile(
    gateway: SimulatedGateway, ask: Ask, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    gateway.scan_delay = 5
    await nursery.start(gateway.background)
    await ask.post(SCAN)
    await ask.post(LOCK, seconds(hold=20))
    await trio.sleep(19)
    assert (await ask.get(SCAN)).json()["scanActive"] is True
    await trio.sleep(2)
    assert (await ask.get(SCAN)).json()["scanActive"] is False
