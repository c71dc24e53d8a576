"""A commit that changes no file of this gateway is reported as synced, and nobody is asked to rescan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant


async def test_it_is_reported_as_synced_and_not_scanned(autojump_clock: MockClock, synced: Plant) -> None:
    commit = await synced.push({"docs/readme.md": "for people"})
    await trio.sleep(1)
    assert (synced.report.sync_status, synced.report.synced_commit) == ("Synced", commit)
    assert synced.report.files_changed == 0
    assert synced.gateway.scans == []


async def test_it_is_in_the_history_and_told_as_skipped(autojump_clock: MockClock, synced: Plant) -> None:
    commit = await synced.push({"docs/readme.md": "for people"})
    await trio.sleep(1)
    assert (synced.history[-1].commit, synced.history[-1].result) == (commit, "success")
    assert "SyncSkipped" in synced.reasons
