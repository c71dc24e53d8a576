"""Somebody tidies the agent's own folder away, or restores the data directory, while the agent runs: it begins anew."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
import trio

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant

PATH = "projects/line1/project.json"


@pytest.mark.parametrize("lost", [".stoker", "."])
async def test_the_next_commit_is_synced_and_the_folder_is_there_again(
    autojump_clock: MockClock, synced: Plant, lost: str
) -> None:
    kept = synced.data.parent / "kept"
    shutil.copytree(synced.data, kept, ignore=shutil.ignore_patterns(".stoker"))
    shutil.rmtree(synced.data / lost)
    if lost == ".":
        kept.rename(synced.data)
    commit = await synced.push({PATH: "new"})
    await trio.sleep(60)
    assert synced.live() == "new"
    assert (synced.report.sync_status, synced.report.synced_commit) == ("Synced", commit)
    assert (synced.data / ".stoker" / "manifest").exists()
