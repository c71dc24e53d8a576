"""A live file that has the wanted content already is adopted: not written, not touched, and ours from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.sync.plan import MappingRule
from tests.sync.conftest import FIRST, SECOND, Sync, snapshot, write

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.sync.engine import Engine


def test_an_adopted_file_is_not_touched(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1", "projects/new": "1"})
    write(data, {"projects/a": "1"})
    before = snapshot(data / "projects")[str(data / "projects/a")]
    done = sync()
    assert (done.added, done.modified, done.unchanged) == (("projects/new",), (), 1)
    assert snapshot(data / "projects")[str(data / "projects/a")] == before


def test_a_directory_that_holds_everything_already_owes_no_scan(
    sync: Sync, engine: Engine, source: Path, data: Path
) -> None:
    write(source, {"projects/a": "1"})
    write(data, {"projects/a": "1"})
    sync()
    assert not engine.announcement_owed
    assert engine.applied_commit == FIRST


def test_an_adopted_file_is_cleaned_and_not_kept_like_one_of_ours(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1", "projects/b": "1"})
    write(data, {"projects/a": "1"})
    sync()
    (source / "projects/a").unlink()
    done = sync(SECOND)
    assert (done.deleted, done.kept) == (("projects/a",), ())


def test_a_rendered_file_is_adopted_too(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"site/conf": "name={{.GatewayName}}"})
    write(data, {"config/conf": "name=press"})
    done = sync(FIRST, MappingRule("site", "config", template=True), fields={"GatewayName": "press"})
    assert (done.files_changed, done.unchanged) == (0, 1)


def test_what_a_gateway_rewrote_with_the_wanted_content_is_adopted_anew(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1"})
    sync()
    (data / "projects/a").unlink()
    write(data, {"projects/a": "1"})
    done = sync()
    assert (done.files_changed, done.unchanged, done.drift) == (0, 1, ())
