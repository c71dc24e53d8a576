"""A data directory and a source directory, and one call that syncs the one into the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from stoker.agent.profile import PROTECTION
from stoker.sync.engine import Engine
from stoker.sync.plan import MappingRule, SyncRequest
from stoker.sync.report import SyncResult
from stoker.sync.source import DirectoryTree

if TYPE_CHECKING:
    from pathlib import Path

Sync = Callable[..., SyncResult]


def write(root: Path, files: dict[str, str]) -> None:
    """Plain files with their folders."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


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
def engine(data: Path) -> Iterator[Engine]:
    """An opened and settled engine with a gateway's protection."""
    held = Engine(data, protection=PROTECTION)
    held.open()
    held.settle()
    yield held
    held.close()


@pytest.fixture
def sync(engine: Engine, source: Path) -> Sync:
    """Sync the source: ``sync(commit, *mappings, **request fields)``; by default ``projects`` to ``projects``."""

    def run(commit: str = "1" * 40, *rules: MappingRule, **more: Any) -> SyncResult:
        mappings = rules or (MappingRule("projects", "projects"),)
        request = SyncRequest(commit, "main", DirectoryTree(source), mappings, **more)
        prepared = engine.prepare(request)
        if prepared.is_noop or request.dry_run:
            return engine.record(prepared)
        return engine.merge(engine.stage(prepared))

    return run
