"""Managed files that somebody changed, removed or added: restored, reported or healed as the request says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.sync.conftest import FIRST, SECOND, Sync, kept, read, write

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.sync.engine import Engine

BY_HAND = {"projects/a": "by hand", "projects/stray": "by hand"}
DRIFT = ("projects/a", "projects/b", "projects/stray")


@pytest.fixture
def drifted(sync: Sync, engine: Engine, source: Path, data: Path) -> None:
    """One file changed, one removed, one added since the first commit became live."""
    write(source, {"projects/a": "1", "projects/b": "1", "projects/c": "1"})
    sync()
    engine.announced()
    write(data, BY_HAND)
    (data / "projects/b").unlink()


@pytest.mark.usefixtures("drifted")
@pytest.mark.parametrize("drift", ["restore", "heal"])
@pytest.mark.parametrize("commit", [FIRST, SECOND])
def test_restoring_and_healing_bring_everything_back_and_keep_the_work(
    sync: Sync, data: Path, drift: str, commit: str
) -> None:
    done = sync(commit, drift=drift)
    assert (done.drift, done.kept) == (DRIFT, ("projects/a", "projects/stray"))
    assert read(data) == {"projects/a": "1", "projects/b": "1", "projects/c": "1"}
    assert kept(data) == BY_HAND


@pytest.mark.usefixtures("drifted")
def test_reporting_names_all_of_it_and_writes_nothing(sync: Sync, engine: Engine, data: Path) -> None:
    for _ in range(2):
        done = sync(drift="report")
        assert (done.drift, done.files_changed) == (DRIFT, 0)
    assert read(data) == {**BY_HAND, "projects/c": "1"}
    assert not engine.announcement_owed


@pytest.mark.usefixtures("drifted")
def test_a_commit_that_changes_a_drifted_file_restores_that_one_even_when_only_reporting(
    sync: Sync, source: Path, data: Path
) -> None:
    write(source, {"projects/a": "2"})
    done = sync(SECOND, drift="report")
    assert (done.modified, done.kept) == (("projects/a",), ("projects/a",))
    assert read(data) == {"projects/a": "2", "projects/stray": "by hand", "projects/c": "1"}


@pytest.mark.usefixtures("drifted")
def test_spared_paths_are_left_while_the_rest_is_restored(sync: Sync, data: Path) -> None:
    done = sync(spare=frozenset({"projects/a", "projects/stray"}))
    assert (done.drift, done.added) == (DRIFT, ("projects/b",))
    assert read(data) == {**BY_HAND, "projects/b": "1", "projects/c": "1"}


@pytest.mark.usefixtures("drifted")
def test_drift_that_somebody_took_back_is_none(sync: Sync, data: Path) -> None:
    write(data, {"projects/a": "1", "projects/b": "1"})
    (data / "projects/stray").unlink()
    assert sync(drift="report").drift == ()


def test_a_file_that_is_what_the_new_commit_wants_is_no_drift(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1"})
    sync()
    write(data, {"projects/a": "2"})
    write(source, {"projects/a": "2"})
    done = sync(SECOND)
    assert (done.drift, done.files_changed, done.unchanged) == ((), 0, 1)


def test_nor_is_what_the_first_sync_finds_overwritten(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1"})
    write(data, {"projects/a": "before us"})
    assert sync().drift == ()


OURS = {"scope": "G", "attributes": {"lastModificationSignature": "a"}}
STAMP = {"lastModification": {"actor": "external"}, "lastModificationSignature": "b"}


def test_the_gateways_own_stamp_is_no_drift_and_stays(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/p/resource.json": json.dumps(OURS)})
    sync()
    stamped = json.dumps(OURS | {"attributes": STAMP}, indent=2)
    write(data, {"projects/p/resource.json": stamped})
    for drift in ("report", "heal", "restore"):
        done = sync(drift=drift)
        assert (done.drift, done.files_changed, done.unchanged) == ((), 0, 1)
    assert sync(SECOND).files_changed == 0
    assert (data / "projects/p/resource.json").read_text() == stamped


def test_a_resource_json_that_the_commit_changes_is_written_over_the_stamp(
    sync: Sync, source: Path, data: Path
) -> None:
    write(source, {"projects/p/resource.json": json.dumps(OURS)})
    sync()
    write(data, {"projects/p/resource.json": json.dumps(OURS | {"attributes": STAMP})})
    write(source, {"projects/p/resource.json": json.dumps(OURS | {"scope": "A"})})
    done = sync(SECOND)
    assert (done.drift, done.kept, done.modified) == ((), (), ("projects/p/resource.json",))


def test_a_stamp_elsewhere_is_drift(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/p/view.json": json.dumps(OURS)})
    sync()
    write(data, {"projects/p/view.json": json.dumps(OURS | {"attributes": STAMP})})
    assert sync(drift="report").drift == ("projects/p/view.json",)
