"""One data directory through a scenario: filled, synced, hurt, recovered, judged.

Owns: how the engine is driven, as an agent does it, and the verdict. The verdict compares with the naive model of
``trees``; the engine is asked only which commit it believes to be live, and must be right.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from stoker.agent.profile import PROTECTION
from stoker.sync.engine import Engine
from stoker.sync.grafts import GRAFT_FROM
from stoker.sync.plan import SyncRequest
from tests.torture.mortal import ScriptedFiles
from tests.torture.trees import LONG_GONE, RULES, Live, MemoryTree, Scenario

if TYPE_CHECKING:
    from stoker.sync.files import Files
    from stoker.sync.report import SyncResult

FIRST, SECOND = "1" * 40, "2" * 40
_START = datetime(2026, 1, 1, tzinfo=UTC)


def engine(data: Path, files: Files | None = None, *, minute: int = 0, graft_from: int = GRAFT_FROM) -> Engine:
    """An engine whose every merge compacts the manifest and prunes all that earlier syncs kept."""
    now = _START + timedelta(minutes=minute)
    return Engine(
        data,
        protection=PROTECTION,
        files=files,
        now=lambda: now,
        keep_limit=0,
        compact_slack=-(10**6),
        graft_from=graft_from,
    )


def sync(
    data: Path,
    tree: MemoryTree,
    commit: str,
    files: Files | None = None,
    *,
    minute: int = 0,
    graft_from: int = GRAFT_FROM,
) -> SyncResult:
    """One whole sync, as an agent does it: recovery first, the announcement and a note last."""
    runner = engine(data, files, minute=minute, graft_from=graft_from)
    runner.open()
    try:
        runner.settle()
        prepared = runner.prepare(SyncRequest(commit, "main", tree, RULES, allow_mass_delete=commit))
        done = runner.record(prepared) if prepared.is_noop else runner.merge(runner.stage(prepared))
        runner.announced()
        runner.note("handled", commit)
        return done
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
    """A directory with the first commit live and hand work on it, ready for the second."""
    fill(data, case.at_first())
    sync(data, case.trees[0], FIRST)
    assert (data / ".stoker/kept").exists(), "the first sync keeps something for the second to prune"
    edit(data, case)


def second(data: Path, case: Scenario, files: Files | None = None) -> SyncResult:
    """The sync of the second commit, the one that is hurt."""
    scripted = files if files is not None else twin(case)
    return sync(data, case.trees[1], SECOND, scripted, minute=1, graft_from=1 if case.grafts else GRAFT_FROM)


def twin(case: Scenario) -> ScriptedFiles:
    """Files that are as able as the scenario's file system, and do no harm."""
    return ScriptedFiles(links=case.links)


def heals(data: Path, case: Scenario) -> str:
    """The verdict; then the second commit is synced again, whatever is live, and must be."""
    state = verdict(data, case)
    done = second(data, case)
    assert done.files_changed == 0 or state == "old", f"scenario {case.seed}: {done} although the commit was live"
    assert verdict(data, case) == "new"
    return state


def verdict(data: Path, case: Scenario) -> str:
    """``old`` or ``new``, as the engine says; what is live, byte for byte, must be what the model says of that."""
    asked = engine(data)
    asked.open()
    try:
        assert asked.settle() is None, f"scenario {case.seed}: a settled directory was not settled"
        state = {FIRST: "old", SECOND: "new"}[str(asked.applied_commit)]
        assert state == "new" or not asked.announcement_owed, "a debt was made by a merge that did not happen"
        assert asked.announcement_owed or state == "old" or asked.notes["handled"] in (FIRST, SECOND)
    finally:
        asked.close()
    _is_live(data, case, case.new() if state == "new" else case.old(), state)
    _is_tidy(data)
    _is_kept(data, case, state)
    return state


def _is_live(data: Path, case: Scenario, model: Live, state: str) -> None:
    live = read_live(data)
    if live != model:
        old, new = case.old(), case.new()
        mixed = {
            path: "old" if live.get(path) == old.get(path) else "new" if live.get(path) == new.get(path) else "other"
            for path in {*live, *model}
            if live.get(path) != model.get(path)
        }
        raise AssertionError(f"scenario {case.seed}: not wholly the {state} commit: {mixed}")


def _is_tidy(data: Path) -> None:
    left = sorted(path.name for path in (data / ".stoker").iterdir() if path.name not in {"lock", "manifest", "kept"})
    assert not left, f"left in the state folder: {left}"
    assert not list(data.rglob(".sync-staging")), "a staging folder was left"
    roots = (data / "projects", data / "config/core")
    empties = [path for root in roots for path in root.rglob("*") if path.is_dir() and not any(path.iterdir())]
    assert not empties, f"empty directories left behind: {empties}"


def _is_kept(data: Path, case: Scenario, state: str) -> None:
    root = data / ".stoker/kept"
    found = {
        "/".join(path.relative_to(root).parts[1:]): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }
    earlier = {LONG_GONE[0]: LONG_GONE[1]}
    if state == "old":
        assert found == earlier, f"scenario {case.seed}: kept by a merge that did not happen: {found}"
    else:
        assert {**earlier, **found} == {**earlier, **case.hand_work()}, f"scenario {case.seed}: kept {sorted(found)}"


def fill(data: Path, live: Live) -> None:
    """Writes files with their modes."""
    for path, (content, mode) in live.items():
        target = data / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(mode)


def edit(data: Path, case: Scenario) -> None:
    """Does the hand work."""
    for path, content in case.edits.items():
        target = data / path
        if content is not None:
            fill(data, {path: (content, 0o640)})
            continue
        target.unlink()
        for folder in target.parents:  # as the Designer does: the folder of a deleted resource goes with it
            if folder in (data / "projects", data / "config/core", data) or any(folder.iterdir()):
                break
            folder.rmdir()


def read_live(data: Path) -> Live:
    """Every file of the data directory but our own state and staging."""
    found = {}
    for folder, folders, names in os.walk(data):
        if folder == str(data):
            folders[:] = [name for name in folders if name not in {".stoker", ".sync-staging"}]
        for name in names:
            path = Path(folder, name)
            found[path.relative_to(data).as_posix()] = (path.read_bytes(), path.stat().st_mode & 0o777)
    return found
