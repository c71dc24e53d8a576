"""A data directory and a source directory, and one call that syncs the one into the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from stoker.agent.profile import PROTECTION
from stoker.sync.engine import Engine
from stoker.sync.plan import MappingRule, SyncRequest
from stoker.sync.report import SyncResult
from stoker.sync.source import DirectoryTree, SourceEntry
from tests.fakes.files import RefusingFiles

if TYPE_CHECKING:
    from pathlib import Path

FIRST, SECOND, THIRD = "1" * 40, "2" * 40, "3" * 40
PROJECTS = MappingRule("projects", "projects")

Sync = Callable[..., SyncResult]


def write(root: Path, files: dict[str, str]) -> None:
    """Plain files with their folders."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def read(root: Path) -> dict[str, str]:
    """Every file below ``root``, our own state and staging left out."""
    return {
        path.relative_to(root).as_posix(): path.read_text()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.relative_to(root).parts[0] not in {".stoker", ".sync-staging"}
    }


def kept(data: Path) -> dict[str, str]:
    """Everything kept: path to content, whichever sync kept it."""
    root = data / ".stoker/kept"
    return {
        "/".join(path.relative_to(root).parts[1:]): path.read_text()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def snapshot(root: Path) -> dict[str, tuple[int, ...]]:
    """All that the kernel says of every file and folder, times of change included: any write shows."""
    found: dict[str, tuple[int, ...]] = {}
    for path in [root, *sorted(root.rglob("*"))]:
        state = os.lstat(path)
        found[str(path)] = (
            *(state.st_ino, state.st_mode, state.st_nlink, state.st_uid, state.st_gid, state.st_size),
            *(state.st_mtime_ns, state.st_ctime_ns),
        )
    return found


class Clock:
    """A minute later each time it is read, so that what is kept by two syncs has two names."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self._now += timedelta(minutes=1)
        return self._now


class CommitTree(DirectoryTree):
    """A folder read as a commit of a store that keeps the blobs of earlier ones, as a git store does."""

    def __init__(self, root: Path, store: dict[str, bytes]) -> None:
        super().__init__(root)
        self._store = store

    def _entry(self, file: Path, path: str) -> SourceEntry:
        entry = super()._entry(file, path)
        if entry.kind != "symlink":
            self._store[entry.blob] = file.read_bytes()
        return entry

    def read(self, blob: str) -> bytes:
        """As SourceTree.read."""
        return self._store[blob]


def opened(data: Path, **more: Any) -> Engine:
    """An opened and settled engine with a gateway's protection."""
    held = Engine(data, protection=PROTECTION, **{"now": Clock(), **more})
    held.open()
    try:
        held.settle()
    except BaseException:
        held.close()
        raise
    return held


def run_sync(engine: Engine, source: Path, commit: str = FIRST, *rules: MappingRule, **more: Any) -> SyncResult:
    """One whole sync, by default of ``projects`` to ``projects``."""
    tree = more.pop("tree", None) or DirectoryTree(source)
    request = SyncRequest(commit, "main", tree, rules or (PROJECTS,), **more)
    prepared = engine.prepare(request)
    if prepared.is_noop or request.dry_run:
        return engine.record(prepared)
    return engine.merge(engine.stage(prepared))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """What the repository holds."""
    (tmp_path / "source").mkdir()
    return tmp_path / "source"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The gateway's data directory."""
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.fixture
def files() -> RefusingFiles:
    """What the engine changes files through; refuses nothing until told."""
    return RefusingFiles()


@pytest.fixture
def engine(data: Path, files: RefusingFiles) -> Iterator[Engine]:
    """An opened and settled engine with a gateway's protection."""
    held = opened(data, files=files)
    yield held
    held.close()


@pytest.fixture
def sync(engine: Engine, source: Path) -> Sync:
    """Sync the source: ``sync(commit, *mappings, **request fields)``; by default ``projects`` to ``projects``."""

    store: dict[str, bytes] = {}

    def run(commit: str = FIRST, *rules: MappingRule, **more: Any) -> SyncResult:
        return run_sync(engine, source, commit, *rules, **{"tree": CommitTree(source, store), **more})

    return run
