"""A gateway's first boot: two moments that sync and scan, and refusals that are no errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import trio

from tests.agent.gateway import COMMISSIONING, RUNNING

if TYPE_CHECKING:
    from collections.abc import Callable

    from trio.testing import MockClock

    from tests.agent.plant import Plant


async def test_before_any_port_answers_the_files_are_there_and_nothing_is_scanned(
    autojump_clock: MockClock, plant: Plant
) -> None:
    await plant.run(60)
    assert plant.live() is not None
    assert plant.gateway.asked == []
    assert plant.report.sync_status == "Pending"


async def test_a_gateway_that_never_answered_has_its_cause_in_report_and_log_once(
    autojump_clock: MockClock, plant: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    await plant.run(300)
    assert plant.report.error_message.startswith("the gateway does not answer: GET http://localhost:8088/")
    assert "Connection refused" in plant.report.error_message
    assert capsys.readouterr().out.count("gateway_unreachable") == 1
    plant.gateway.start((200, RUNNING))
    await trio.sleep(10)
    assert (plant.report.sync_status, plant.report.error_message) == ("Synced", "")
    plant.gateway.stop()
    await trio.sleep(300)
    assert capsys.readouterr().out.count("gateway_unreachable") == 1, "said again after it was there"


async def test_a_gateway_that_still_says_503_is_not_scanned(autojump_clock: MockClock, plant: Plant) -> None:
    plant.gateway.start((503, ""))
    await plant.run(60)
    assert plant.gateway.scans == []
    assert plant.report.sync_status == "Pending"


async def test_a_gateway_that_no_longer_says_503_answers_for_the_first_time(
    autojump_clock: MockClock, plant: Plant
) -> None:
    plant.gateway.start((503, ""))
    await plant.run(10)
    plant.gateway.gwinfo = (200, COMMISSIONING)
    await trio.sleep(5)
    assert plant.gateway.scans == ["projects", "config"]


async def test_both_moments_sync_and_scan(autojump_clock: MockClock, plant: Plant) -> None:
    await plant.run()
    plant.gateway.start((200, COMMISSIONING))
    await trio.sleep(5)
    assert plant.gateway.scans == ["projects", "config"]
    assert plant.report.sync_status == "Pending"
    plant.gateway.gwinfo = (200, RUNNING)
    await trio.sleep(5)
    assert plant.gateway.both == 2
    assert plant.report.sync_status == "Synced"


async def test_what_commissioning_overwrites_is_restored(autojump_clock: MockClock, plant: Plant) -> None:
    await plant.run()
    plant.edit("factory settings")
    plant.gateway.start((200, COMMISSIONING))
    await trio.sleep(5)
    assert plant.live() == '{"title": "Line 1"}'
    plant.edit("factory settings again")
    plant.gateway.gwinfo = (200, RUNNING)
    await trio.sleep(5)
    assert plant.live() == '{"title": "Line 1"}'


@pytest.mark.parametrize("status", [400, 302, 401, 403, 404, 503])
async def test_a_scan_refused_while_commissioning_is_pending_and_takes_no_backoff(
    autojump_clock: MockClock, plant: Plant, logged: Callable[[], list[dict[str, Any]]], status: int
) -> None:
    plant.gateway.scan = status
    plant.gateway.start((200, COMMISSIONING))
    await plant.run(600)
    assert plant.report.sync_status == "Pending"
    assert str(status) in plant.report.error_message
    assert plant.metric("scan_total", result="error") == 0
    assert plant.metric("sync_skipped_total", reason="backoff") == 0
    assert len([line for line in logged() if line["event"] == "scan_pending"]) == 1, "said once"
    plant.gateway.scan, plant.gateway.gwinfo = 200, (200, RUNNING)
    await trio.sleep(3)
    assert plant.report.sync_status == "Synced"


@pytest.mark.parametrize("gwinfo", [(404, ""), (200, "hello"), (302, "")])
async def test_where_gwinfo_cannot_say_so_a_good_scan_counts_as_running(
    autojump_clock: MockClock, plant: Plant, gwinfo: tuple[int, str]
) -> None:
    plant.gateway.start(gwinfo)
    await plant.run(5)
    assert plant.report.sync_status == "Synced"


@pytest.mark.parametrize("scan", [200, 401])
async def test_where_gwinfo_says_another_state_it_is_not_up_yet_and_a_refusal_is_no_error(
    autojump_clock: MockClock, plant: Plant, scan: int
) -> None:
    plant.gateway.scan = scan
    plant.gateway.start((200, "ContextStatus=STARTING;"))
    await plant.run(5)
    assert plant.report.sync_status == "Pending"


async def test_where_gwinfo_cannot_say_so_a_wrong_key_is_an_error_all_the_same(
    autojump_clock: MockClock, plant: Plant
) -> None:
    plant.gateway.scan = 401
    plant.gateway.start((404, ""))
    await plant.run(5)
    assert plant.report.sync_status == "Error"
    assert "API key" in plant.report.error_message


async def test_a_restart_of_a_gateway_that_ran_before_scans_at_its_moments(
    autojump_clock: MockClock, synced: Plant
) -> None:
    synced.gateway.stop()
    await trio.sleep(30)
    synced.gateway.start((404, ""))
    await trio.sleep(3)
    assert synced.gateway.both == 1
    synced.gateway.gwinfo = (200, RUNNING)
    await trio.sleep(7)
    assert synced.gateway.both == 2


async def test_one_lost_answer_is_no_restart(autojump_clock: MockClock, synced: Plant) -> None:
    await trio.sleep(4)
    synced.gateway.port = "hangs"
    await trio.sleep(11)
    synced.gateway.start()
    await trio.sleep(60)
    assert synced.gateway.scans == []


async def test_a_gateway_that_was_away_for_six_seconds_was_restarted(autojump_clock: MockClock, synced: Plant) -> None:
    synced.gateway.stop()
    await trio.sleep(6)
    synced.edit("seeded")
    synced.gateway.start()
    await trio.sleep(3)
    assert synced.gateway.both == 1
    assert synced.live() == '{"title": "Line 1"}'


async def test_the_start_is_measured_until_it_runs(autojump_clock: MockClock, plant: Plant) -> None:
    await plant.run(20)
    plant.gateway.start()
    await trio.sleep(3)
    assert plant.metric("gateway_startup_duration_seconds_count") == 1
    assert plant.metric("gateway_startup_duration_seconds_bucket", le="30.0") == 1


async def test_a_start_whose_sync_fails_still_restores_and_scans_later(
    autojump_clock: MockClock, synced: Plant
) -> None:
    synced.gateway.stop()
    await trio.sleep(15)
    synced.edit("seeded")
    good = synced.origin.hash_of("main")
    await synced.want("f" * 40)
    synced.gateway.start()
    await trio.sleep(5)
    await synced.want(good)
    await trio.sleep(5)
    assert synced.live() == '{"title": "Line 1"}'
    assert synced.gateway.both >= 1
