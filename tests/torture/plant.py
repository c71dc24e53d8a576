"""One data directory through a scenario: filled, synced, hurt, recovered, judged.

Owns: how the engine is driven (open, settle, prepare, stage, merge) and the verdict. The verdict compares with the
naive model of ``trees`` and never asks the engine.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from stoker.ignition import layout
from stoker.sync.engine import Engine
from stoker.sync.plan import MappingRule, SyncRequest
from stoker.sync.protection import Protection
from tests.torture.trees import MemoryTree, Scenario, edit, fill, read_live

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.sync.files import Files

FIRST, SECOND = "1" * 40, "2" * 40
RULES = (MappingRule(source="src", destination="projects", type="dir"),)
PROTECTION = Protection(
    always=tuple(layout.ALWAYS_EXCLUDED),
    unless_named=tuple(layout.NEVER_TOUCH),
    stamp_equal=layout.same_but_stamp,
    late_names=layout.LATE_NAMES,
)


def engine(data: Path, files: Files | None = None) -> Engine:
    """An engine over ``data`` with the gateway's real protection."""
    return Engine(data, protection=PROTECTION, files=files, now=lambda: datetime(2026, 1, 1, tzinfo=UTC))


def sync(data: Path, tree: MemoryTree, commit: str, files: Files | None = None) -> None:
    """One whole sync, as an agent does it: recovery first."""
    runner = engine(data, files)
    runner.open()
    try:
        runner.settle()
        prepared = runner.prepare(
            SyncRequest(
                commit=commit,
                ref="main",
                tree=tree,
                mappings=RULES,
                excludes=("**/.git/",),
                fields={},
                allow_mass_delete=commit,
            )
        )
        if prepared.is_noop:
            runner.record(prepared)
        else:
            runner.merge(runner.stage(prepared))
    finally:
        runner.close()


def settle(data: Path, files: Files | None = None) -> None:
    """What a start does before anything else."""
    runner = engine(data, files)
    runner.open()
    try:
        runner.settle()
    finally:
        runner.close()


def planted(data: Path, case: Scenario) -> None:
    """A directory with the first commit live and hand edits on it, ready for the second."""
    fill(data, case.live_after({}))
    sync(data, case.trees[0], FIRST)
    edit(data, case.edits)


def verdict(data: Path, case: Scenario) -> str:
    """``old`` or ``new``: what is live, byte for byte; anything else fails with the difference."""
    live = read_live(data)
    for name, wanted in (("old", case.before_second()), ("new", case.live_after(case.second))):
        if live == wanted:
            _no_leftovers(data)
            return name
    new, old = case.live_after(case.second), case.before_second()
    mixed = {
        path: ("new" if live.get(path) == new.get(path) else "old" if live.get(path) == old.get(path) else "other")
        for path in {*live, *new, *old}
        if not live.get(path) == new.get(path) == old.get(path)
    }
    raise AssertionError(f"scenario {case.seed}: neither commit is whole: {mixed}")


def _no_leftovers(data: Path) -> None:
    staging = data / ".sync-staging"
    left = [path for path in staging.rglob("*") if path.is_file()] if staging.exists() else []
    assert not left, f"left in staging: {left}"
    assert not (data / ".stoker" / "journal").exists(), "a settled directory holds a journal"
    empties = [path for path in (data / "projects").rglob("*") if path.is_dir() and not any(path.iterdir())]
    assert not empties, f"empty directories left behind: {empties}"
