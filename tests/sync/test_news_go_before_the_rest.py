"""What a new commit changes can be merged before anything else is looked at; the whole comparison is then owed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from stoker.errors import MassDeleteRefused
from stoker.sync.plan import MappingRule, SyncRequest
from tests.fakes.files import RefusingFiles
from tests.sync.conftest import FIRST, PROJECTS, SECOND, THIRD, kept, opened, read
from tests.torture.mortal import DIED, in_child
from tests.torture.trees import MemoryTree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from stoker.sync.engine import Engine
    from stoker.sync.prepared import Prepared
    from stoker.sync.report import SyncResult

BEFORE = {"projects/a": b"1", "projects/b": b"1", "projects/c": b"1"}
AFTER = {"projects/a": b"2", "projects/b": b"1", "projects/new/d": b"1"}
LIVE = {"projects/a": "2", "projects/b": "1", "projects/new/d": "1"}


@pytest.fixture
def engine(data: Path) -> Iterator[Engine]:
    """One to which no repository is too small."""
    held = opened(data, partial_from=0)
    yield held
    held.close()


def request(files: dict[str, bytes], commit: str, *rules: MappingRule, **more: object) -> SyncRequest:
    return SyncRequest(commit, "main", MemoryTree(files), rules or (PROJECTS,), **more)  # type: ignore[arg-type]


def whole(engine: Engine, wanted: SyncRequest) -> SyncResult:
    prepared = engine.prepare(wanted)
    return engine.record(prepared) if prepared.is_noop else engine.merge(engine.stage(prepared))


def news(engine: Engine, files: dict[str, bytes], commit: str = SECOND, *rules: MappingRule) -> Prepared | None:
    return engine.prepare_news(request(files, commit, *rules))


def merged(engine: Engine, prepared: Prepared | None) -> SyncResult:
    assert prepared is not None
    return engine.merge(engine.stage(prepared))


def test_they_are_what_the_commit_adds_changes_and_removes(engine: Engine, data: Path) -> None:
    whole(engine, request(BEFORE, FIRST))
    done = merged(engine, news(engine, AFTER))
    assert (done.added, done.modified, done.deleted) == (("projects/new/d",), ("projects/a",), ("projects/c",))
    assert (done.unchanged, read(data)) == (1, LIVE)
    assert engine.applied_commit == SECOND


def test_nothing_else_is_looked_at(engine: Engine, data: Path) -> None:
    whole(engine, request(BEFORE, FIRST))
    (data / "projects/b").write_text("by hand")
    (data / "projects/stray").write_text("by hand")
    done = merged(engine, news(engine, AFTER))
    assert (done.drift, read(data)) == ((), LIVE | {"projects/b": "by hand", "projects/stray": "by hand"})


def test_the_rest_is_restored_by_the_comparison_that_is_owed(engine: Engine, data: Path) -> None:
    whole(engine, request(BEFORE, FIRST))
    (data / "projects/b").write_text("by hand")
    first = merged(engine, news(engine, AFTER))
    owed = engine.comparison_owed
    both = first.then(whole(engine, request(AFTER, SECOND)))
    assert (owed, engine.comparison_owed) == (True, False)
    assert (both.modified, both.kept, read(data)) == (("projects/a", "projects/b"), ("projects/b",), LIVE)


def test_a_comparison_that_finds_nothing_pays_the_debt_too(engine: Engine) -> None:
    whole(engine, request(BEFORE, FIRST))
    merged(engine, news(engine, AFTER))
    assert whole(engine, request(AFTER, SECOND)).files_changed == 0
    assert not engine.comparison_owed


def test_the_debt_outlives_the_process(engine: Engine, data: Path) -> None:
    whole(engine, request(BEFORE, FIRST))
    merged(engine, news(engine, AFTER))
    engine.close()
    again = opened(data, partial_from=0)
    assert again.comparison_owed
    again.close()


@pytest.mark.parametrize(
    "moment", [("rename", "projects/a"), ("write", ".stoker/manifest"), ("unlink", ".stoker/journal")]
)
def test_it_is_owed_by_a_merge_that_was_killed_and_completed(data: Path, moment: tuple[str, str]) -> None:
    files = RefusingFiles()

    def killed() -> None:
        engine = opened(data, partial_from=0, files=files)
        whole(engine, request(BEFORE, FIRST))
        files.before(*moment, lambda: os._exit(DIED))
        merged(engine, news(engine, AFTER))

    assert in_child(killed) == DIED
    again = opened(data)
    assert (again.applied_commit, again.comparison_owed, read(data)) == (SECOND, True, LIVE)
    again.close()


def test_while_it_is_owed_nothing_goes_before_it(engine: Engine) -> None:
    whole(engine, request(BEFORE, FIRST))
    merged(engine, news(engine, AFTER))
    assert news(engine, BEFORE, THIRD) is None


def test_a_file_that_somebody_wrote_meanwhile_is_kept(engine: Engine, data: Path) -> None:
    whole(engine, request(BEFORE, FIRST))
    (data / "projects/a").write_text("by hand")
    done = merged(engine, news(engine, AFTER))
    assert (done.drift, done.kept, kept(data)) == (("projects/a",), ("projects/a",), {"projects/a": "by hand"})


def test_what_both_merges_keep_is_pruned_by_neither(data: Path) -> None:
    engine = opened(data, partial_from=0, keep_limit=0)
    whole(engine, request(BEFORE, FIRST))
    for name in ("a", "b"):
        (data / "projects" / name).write_text("by hand")
    both = merged(engine, news(engine, AFTER)).then(whole(engine, request(AFTER, SECOND)))
    engine.close()
    assert kept(data) == {"projects/a": "by hand", "projects/b": "by hand"}
    assert [(data / both.kept_in / path).read_text() for path in both.kept] == ["by hand", "by hand"]


def test_what_they_kept_is_pruned_by_the_next_sync(data: Path) -> None:
    engine = opened(data, partial_from=0, keep_limit=0)
    whole(engine, request(BEFORE, FIRST))
    (data / "projects/a").write_text("by hand")
    merged(engine, news(engine, AFTER))
    whole(engine, request(AFTER, SECOND))  # finds nothing more
    merged(engine, news(engine, BEFORE, THIRD))
    engine.close()
    assert kept(data) == {}


def test_what_they_kept_is_pruned_by_the_sync_after_two_merges(data: Path) -> None:
    engine = opened(data, partial_from=0, keep_limit=0)
    whole(engine, request(BEFORE, FIRST))
    (data / "projects/a").write_text("by hand")
    merged(engine, news(engine, AFTER))
    (data / "projects/b").unlink()
    whole(engine, request(AFTER, SECOND))
    merged(engine, news(engine, BEFORE, THIRD))
    engine.close()
    assert kept(data) == {}


def test_a_file_that_changes_hands_in_between_counts_once(engine: Engine, data: Path) -> None:
    whole(engine, request(BEFORE, FIRST))
    first = merged(engine, news(engine, AFTER))
    (data / "projects/a").unlink()
    (data / "projects/new/d").write_text("by hand")
    both = first.then(whole(engine, request(AFTER, SECOND)))
    assert (both.added, both.modified, both.files_changed) == (("projects/new/d",), ("projects/a",), 3)


def test_templates_that_name_the_commit_follow_it(engine: Engine, data: Path) -> None:
    rule = MappingRule("projects", "projects", template=True)
    files = {"projects/a": b"1", "projects/t": b"{{.Commit}}"}
    whole(engine, request(files, FIRST, rule, fields={"Commit": FIRST}))
    prepared = engine.prepare_news(request(files | {"projects/a": b"2"}, SECOND, rule, fields={"Commit": SECOND}))
    assert merged(engine, prepared).modified == ("projects/a", "projects/t")
    assert read(data)["projects/t"] == SECOND


@pytest.mark.parametrize(
    "files",
    [
        {"projects/a": b"1", "projects/b/c": b"1", "projects/c": b"1"},
        {"projects": b"1"},
    ],
    ids=["a file becomes a folder", "the folder of a mapping becomes a file"],
)
def test_a_change_of_type_is_left_to_the_whole_comparison(engine: Engine, files: dict[str, bytes]) -> None:
    whole(engine, request(BEFORE, FIRST))
    assert news(engine, files) is None


def test_so_is_a_folder_that_becomes_a_file(engine: Engine, data: Path) -> None:
    whole(engine, request(AFTER, FIRST))
    files = {"projects/a": b"2", "projects/b": b"1", "projects/new": b"1"}
    assert news(engine, files) is None
    whole(engine, request(files, SECOND))
    assert read(data) == {"projects/a": "2", "projects/b": "1", "projects/new": "1"}


def test_so_is_a_folder_that_is_a_link_by_now(engine: Engine, data: Path, tmp_path: Path) -> None:
    whole(engine, request(AFTER, FIRST))
    (data / "projects/new").rename(tmp_path / "elsewhere")
    (data / "projects/new").symlink_to(tmp_path / "elsewhere")
    assert news(engine, AFTER | {"projects/new/d": b"2"}) is None


def test_so_are_deletions_that_the_guard_must_count(engine: Engine) -> None:
    many = {f"projects/{number}": b"1" for number in range(30)}
    whole(engine, request(many, FIRST))
    few = {"projects/0": b"1"}
    assert news(engine, few) is None
    with pytest.raises(MassDeleteRefused):
        engine.prepare(request(few, SECOND))


def test_so_is_a_commit_after_one_that_was_only_compared(engine: Engine, data: Path) -> None:
    whole(engine, request(BEFORE, FIRST))
    engine.prepare(request(AFTER, SECOND))  # and held up by somebody
    assert news(engine, BEFORE | {"projects/a": b"3"}, THIRD) is None
    whole(engine, request(BEFORE | {"projects/a": b"3"}, THIRD))
    assert read(data) == {"projects/a": "3", "projects/b": "1", "projects/c": "1"}


def test_so_is_another_profile(engine: Engine) -> None:
    whole(engine, request(BEFORE, FIRST))
    assert news(engine, AFTER, SECOND, MappingRule("projects", "projects", required=True)) is None


def test_so_is_a_small_repository(data: Path) -> None:
    engine = opened(data)
    whole(engine, request(BEFORE, FIRST))
    assert news(engine, AFTER) is None
    engine.close()


def test_so_is_what_an_engine_finds_that_was_just_started(engine: Engine, data: Path) -> None:
    whole(engine, request(BEFORE, FIRST))
    engine.close()
    again = opened(data, partial_from=0)
    assert news(again, AFTER) is None
    again.close()


def test_a_dry_run_changes_nothing_before_the_rest(engine: Engine) -> None:
    whole(engine, request(BEFORE, FIRST))
    assert engine.prepare_news(request(AFTER, SECOND, dry_run=True)) is None
