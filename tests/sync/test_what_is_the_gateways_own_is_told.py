"""A repository's files that would land in what belongs to the gateway are not written, and somebody is told so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.sync.plan import MappingRule, SyncRequest
from stoker.sync.source import DirectoryTree
from tests.sync.conftest import FIRST, SECOND, write

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.sync.engine import Engine

CONFIG = MappingRule("config", "config/")
FILES = {"config/resources/core/a": "1", "config/resources/local/b": "1", "config/local/c": "1"}


def warned(engine: Engine, source: Path, commit: str, *rules: MappingRule, excludes: tuple[str, ...] = ()) -> list[str]:
    request = SyncRequest(commit, "main", DirectoryTree(source), rules, excludes=excludes)
    return [text for text in engine.prepare(request).changes.warnings if "the gateway's own" in text]


def test_the_first_is_named_and_the_others_are_counted(engine: Engine, source: Path) -> None:
    write(source, FILES)
    (text,) = warned(engine, source, FIRST, CONFIG)
    assert text.startswith("'config/local/c' and 1 more of the repository: not written")


def test_what_a_destination_names_is_written_and_not_warned_of(engine: Engine, source: Path) -> None:
    write(source, {"config/resources/local/b": "1"})
    named = MappingRule("config/resources/local", "config/resources/local")
    assert warned(engine, source, FIRST, CONFIG, named) == []


def test_what_somebody_excludes_is_not_warned_of(engine: Engine, source: Path) -> None:
    write(source, FILES)
    assert warned(engine, source, FIRST, CONFIG, excludes=("**/local/**",)) == []


def test_it_is_said_no_more_once_the_repository_has_none(engine: Engine, source: Path) -> None:
    write(source, FILES)
    assert warned(engine, source, FIRST, CONFIG)
    for path in ("config/resources/local/b", "config/local/c"):
        (source / path).unlink()
    assert warned(engine, source, SECOND, CONFIG) == []
