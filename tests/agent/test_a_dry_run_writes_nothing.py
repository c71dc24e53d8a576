"""Dry run: the difference is computed and told; the directory stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from tests.agent.plant import FILES

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant


async def test_the_difference_is_reported_and_nothing_is_live(autojump_clock: MockClock, plant: Plant) -> None:
    await plant.profiled(dry_run=True)
    agent = await plant.run()
    assert plant.live() is None
    assert (plant.report.dry_run, plant.report.dry_run_diff_added, plant.report.files_changed) == (True, len(FILES), 0)
    assert plant.report.sync_status == "Synced"
    assert agent.health.started() == {}


async def test_modified_and_deleted_are_counted_and_not_scanned(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.profiled(dry_run=True)
    changes = {"projects/line1/project.json": "new", "projects/line1/ignition/script-python/code/code.py": None}
    await synced.push(changes)
    await trio.sleep(60)
    report = synced.report
    assert (report.dry_run_diff_modified, report.dry_run_diff_deleted) == (1, 1)
    assert synced.live() == FILES["projects/line1/project.json"]
    assert synced.gateway.scans == []
    assert synced.metric("files_modified", profile="default") == 0, "no sync has done it"


async def test_its_event_counts_what_would_be(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.profiled(dry_run=True)
    commit = await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(1)
    said = f"press: dry run of {commit[:7]}: would be 0 added, 1 modified, 0 deleted"
    assert said in {event.message for event in synced.events if event.reason == "SyncSkipped"}


async def test_it_is_told_once_and_in_the_history(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.profiled(dry_run=True)
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(300)
    assert (synced.history[-1].result, synced.history[-1].modified_paths) == (
        "dry-run",
        ["projects/line1/project.json"],
    )
    assert [entry.result for entry in synced.history].count("dry-run") <= 2
    assert "SyncCompleted" not in [event.reason for event in synced.events if "dry run" in event.message]


async def test_when_it_ends_the_commit_is_live(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.profiled(dry_run=True)
    await synced.push({"projects/line1/project.json": "new"})
    await trio.sleep(1)
    await synced.profiled(dry_run=False)
    await trio.sleep(1)
    assert synced.live() == "new"
    assert (synced.report.dry_run, synced.report.dry_run_diff_modified) == (False, 0)
