"""Designer sessions: proceed logs, fail reports, wait asks every ten seconds for five minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import trio

from tests.agent.gateway import session

if TYPE_CHECKING:
    from collections.abc import Callable

    from trio.testing import MockClock

    from tests.agent.plant import Plant

QUESTION = "GET /data/api/v1/designers"


async def _edited(plant: Plant, policy: Any) -> None:
    """Somebody edits, and a new commit comes."""
    await plant.profiled(designer_session_policy=policy)
    await trio.sleep(1)
    plant.gateway.designers = (200, [session()])
    plant.gateway.asked.clear()
    await plant.push({"projects/line1/project.json": "new"})


async def test_proceed_goes_on_and_says_who_edits(
    autojump_clock: MockClock, synced: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    await _edited(synced, "proceed")
    await trio.sleep(1)
    assert synced.live() == "new"
    assert "ann in line1" in capsys.readouterr().out
    assert synced.metric("designer_sessions_active") == 1


async def test_how_many_are_open_is_counted_anew_each_time(autojump_clock: MockClock, synced: Plant) -> None:
    await _edited(synced, "proceed")
    await trio.sleep(1)
    for sessions in ([session(), session("bob")], []):
        synced.gateway.designers = (200, sessions)
        await synced.push({"projects/line1/project.json": f"with {len(sessions)}"})
        await trio.sleep(1)
        assert synced.metric("designer_sessions_active") == len(sessions)


async def test_fail_reports_an_error_and_changes_nothing(autojump_clock: MockClock, synced: Plant) -> None:
    await _edited(synced, "fail")
    await trio.sleep(1)
    assert synced.live() != "new"
    assert synced.report.sync_status == "Error"
    assert synced.report.designer_sessions_blocked
    assert "ann in line1" in synced.report.error_message


@pytest.mark.parametrize("policy", ["fail", "wait"])
async def test_the_first_sync_of_an_agent_asks_a_gateway_that_is_slow_to_say_it_runs(
    autojump_clock: MockClock, plant: Plant, policy: Any
) -> None:
    plant.gateway.designers = (200, [session()])
    plant.gateway.gwinfo_takes = 2.0
    plant.gateway.start()
    await plant.profiled(designer_session_policy=policy)
    await plant.run(8)
    assert plant.live() is None
    assert plant.report.designer_sessions_blocked


async def test_fail_is_tried_again_at_the_next_trigger_without_backoff(
    autojump_clock: MockClock, synced: Plant
) -> None:
    await _edited(synced, "fail")
    await trio.sleep(200)
    assert synced.gateway.asked.count(QUESTION) == 7
    synced.gateway.designers = (200, [])
    await trio.sleep(31)
    assert synced.live() == "new"


@pytest.mark.parametrize("policy", ["fail", "wait"])
async def test_a_sync_that_gives_way_is_no_failing_one(autojump_clock: MockClock, synced: Plant, policy: Any) -> None:
    await _edited(synced, policy)
    await trio.sleep(1000)
    assert synced.metric("sync_skipped_total", reason="designer_blocked") > 1
    assert (synced.metric("last_sync_success"), synced.metric("designer_sessions_blocked")) == (1, 1)
    assert synced.metric("sync_total", profile="default", result="error") == 0


async def test_wait_asks_every_ten_seconds_and_goes_on_once_they_are_gone(
    autojump_clock: MockClock, synced: Plant
) -> None:
    await _edited(synced, "wait")
    await trio.sleep(61)
    assert synced.gateway.asked.count(QUESTION) == 7
    assert (synced.report.sync_status, synced.report.designer_sessions_blocked) == ("Pending", True)
    assert synced.report.error_message == "waiting for Designer sessions to end (ann in line1)"
    synced.gateway.designers = (200, [])
    await trio.sleep(10)
    assert synced.live() == "new"
    assert (synced.report.sync_status, synced.report.designer_sessions_blocked) == ("Synced", False)


async def test_wait_ends_as_an_error_after_five_minutes_and_the_next_trigger_waits_anew(
    autojump_clock: MockClock, synced: Plant
) -> None:
    await _edited(synced, "wait")
    await trio.sleep(299)
    assert synced.report.sync_status == "Pending"
    await trio.sleep(3)
    assert synced.report.sync_status == "Error"
    assert synced.report.designer_sessions_blocked
    await trio.sleep(31)
    assert synced.report.sync_status == "Pending"
    assert synced.live() != "new"


async def test_wait_lets_a_newer_commit_through_as_soon_as_they_are_gone(
    autojump_clock: MockClock, synced: Plant
) -> None:
    await _edited(synced, "wait")
    await trio.sleep(25)
    synced.gateway.designers = (200, [])
    await synced.push({"projects/line1/project.json": "newer"})
    await trio.sleep(1)
    assert synced.live() == "newer"


@pytest.mark.parametrize("policy", ["wait", "fail"])
async def test_the_metric_stays_until_a_sync_gets_through(
    autojump_clock: MockClock, synced: Plant, policy: str
) -> None:
    await _edited(synced, policy)
    for _ in range(14):
        await trio.sleep(30)
        assert synced.metric("designer_sessions_blocked") == 1
    synced.gateway.designers = (200, [])
    await trio.sleep(31)
    assert synced.metric("designer_sessions_blocked") == 0
    assert synced.metric("sync_skipped_total", reason="designer_blocked") >= 14


@pytest.mark.parametrize("policy", ["wait", "fail"])
async def test_a_force_request_does_not_override(autojump_clock: MockClock, synced: Plant, policy: str) -> None:
    await _edited(synced, policy)
    await trio.sleep(1)
    await synced.want(requested_at="now")
    await trio.sleep(20)
    assert synced.live() != "new"
    assert synced.gateway.scans == []


@pytest.mark.parametrize("answer", [(401, []), (404, []), (500, []), (200, "nonsense"), (200, "[" * 100_000)])
async def test_a_question_that_is_not_answered_holds_nothing_up(
    autojump_clock: MockClock, synced: Plant, answer: tuple[int, Any]
) -> None:
    await synced.profiled(designer_session_policy="fail")
    synced.gateway.designers = answer
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(2)
    assert synced.live() == "new"


async def test_a_question_that_hangs_holds_up_for_three_seconds(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.profiled(designer_session_policy="fail")
    synced.gateway.designers_take = 1000
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(4)
    assert synced.live() == "new"


async def test_a_commit_that_changes_nothing_asks_nobody(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.profiled(designer_session_policy="fail")
    await trio.sleep(1)
    synced.gateway.designers = (200, [session()])
    await synced.push({"docs/readme.md": "for people"})
    await trio.sleep(1)
    assert synced.report.sync_status == "Synced"


@pytest.mark.parametrize("policy", ["wait", "fail"])
async def test_the_event_is_not_repeated_at_every_question(
    autojump_clock: MockClock, synced: Plant, policy: str
) -> None:
    await _edited(synced, policy)
    await trio.sleep(290)
    assert synced.reasons.count("DesignerSessionsBlocked") == 1


@pytest.mark.parametrize("policy", ["wait", "fail"])
async def test_nor_is_the_line_in_the_log(
    autojump_clock: MockClock, synced: Plant, logged: Callable[[], list[dict[str, Any]]], policy: str
) -> None:
    await _edited(synced, policy)
    await trio.sleep(290)
    loud = [line["event"] for line in logged() if line["level"] in {"warning", "error"}]
    assert loud == [{"wait": "designer_sessions_block", "fail": "sync_failed"}[policy]]


async def test_a_gateway_that_does_not_answer_has_no_sessions(autojump_clock: MockClock, plant: Plant) -> None:
    await plant.profiled(designer_session_policy="fail")
    await plant.run()
    assert plant.live() is not None


async def test_the_next_hold_up_has_its_own_five_minutes(autojump_clock: MockClock, synced: Plant) -> None:
    await _edited(synced, "wait")
    await trio.sleep(290)
    synced.gateway.designers = (200, [])
    await trio.sleep(11)
    assert synced.report.sync_status == "Synced"
    synced.gateway.designers = (200, [session()])
    await synced.push({"projects/line1/project.json": "newer"})
    await trio.sleep(20)
    assert synced.report.sync_status == "Pending"


async def test_of_many_the_first_five_are_named_and_the_rest_counted(autojump_clock: MockClock, synced: Plant) -> None:
    await _edited(synced, "fail")
    synced.gateway.designers = (200, [session(f"user{number}") for number in range(7)])
    await trio.sleep(1)
    assert "user4 in line1 and 2 more)" in synced.report.error_message


async def test_that_nobody_could_say_is_logged(
    autojump_clock: MockClock, synced: Plant, logged: Callable[[], list[dict[str, Any]]]
) -> None:
    synced.gateway.designers = (500, [])
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(1)
    assert [line["level"] for line in logged() if line["event"] == "designer_sessions_unknown"] == ["warning"]
