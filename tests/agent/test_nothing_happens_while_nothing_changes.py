"""A gateway at which nothing happens costs nothing: no file, no object, no scan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

if TYPE_CHECKING:
    from pathlib import Path

    from trio.testing import MockClock

    from tests.agent.plant import Plant


def _stamps(data: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in sorted(data.rglob("*"))}


async def test_ten_quiet_minutes_write_no_file_and_no_object(autojump_clock: MockClock, synced: Plant) -> None:
    files, writes = _stamps(synced.data), synced.cluster.writes
    await trio.sleep(600)
    assert _stamps(synced.data) == files
    assert synced.cluster.writes == writes


async def test_ten_quiet_minutes_ask_the_gateway_for_its_state_and_nothing_else(
    autojump_clock: MockClock, synced: Plant
) -> None:
    await trio.sleep(20)
    synced.gateway.asked.clear()
    await trio.sleep(600)
    assert set(synced.gateway.asked) == {"GET /system/gwinfo"}


async def test_quiet_turns_are_counted_as_unchanged(autojump_clock: MockClock, synced: Plant) -> None:
    before = synced.metric("sync_skipped_total", reason="commit_unchanged")
    await trio.sleep(301)
    assert synced.metric("sync_skipped_total", reason="commit_unchanged") - before == 10


async def test_a_restart_of_the_agent_alone_scans_nothing_and_patches_nothing(
    autojump_clock: MockClock, synced: Plant
) -> None:
    await synced.agent.stop()
    writes = synced.cluster.writes
    await synced.run(60)
    assert synced.gateway.scans == []
    assert synced.cluster.writes == writes
    assert synced.report.sync_status == "Synced"
