"""After a scan the gateway is looked at again, for the log alone: nobody waits for it, and it changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant

LOOK = "GET /data/api/v1/scan/projects"


async def test_synced_is_said_before_anybody_looked(autojump_clock: MockClock, synced: Plant) -> None:
    commit = await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(0.5)
    assert (synced.report.sync_status, synced.report.synced_commit) == ("Synced", commit)
    assert LOOK not in synced.gateway.asked
    await trio.sleep(5)
    assert synced.gateway.asked.count(LOOK) == 1


@pytest.mark.parametrize("body", ['{"scanActive": true, "lastScanTimestamp": 1}', "nonsense", "{}"])
async def test_one_that_never_ends_changes_nothing(
    autojump_clock: MockClock, synced: Plant, body: str, capsys: pytest.CaptureFixture[str]
) -> None:
    commit = await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(0.5)
    synced.gateway.scan_body = body
    await trio.sleep(600)
    assert (synced.report.sync_status, synced.report.synced_commit) == ("Synced", commit)
    assert synced.gateway.asked.count(LOOK) <= 4
