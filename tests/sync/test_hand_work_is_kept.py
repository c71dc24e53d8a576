"""What a sync overwrites or deletes without having written it that way can be found in kept/ afterwards."""

from __future__ import annotations

import errno
import json
from typing import TYPE_CHECKING

import pytest

from stoker.errors import MergeFailed
from stoker.sync.plan import MappingRule
from tests.sync.conftest import FIRST, PROJECTS, SECOND, THIRD, Sync, kept, opened, read, run_sync, write

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.sync.engine import Engine
    from tests.fakes.files import RefusingFiles


@pytest.fixture
def live(sync: Sync, source: Path) -> None:
    """A first commit, live."""
    write(source, {"projects/a": "1", "projects/b": "1"})
    sync()


@pytest.mark.usefixtures("live")
def test_a_hand_edit_is_kept_before_it_is_overwritten(sync: Sync, source: Path, data: Path) -> None:
    write(data, {"projects/a": "by hand"})
    write(source, {"projects/a": "2"})
    done = sync(SECOND)
    assert done.kept == ("projects/a",)
    assert (data / done.kept_in / "projects/a").read_text() == "by hand"
    assert read(data) == {"projects/a": "2", "projects/b": "1"}


@pytest.mark.usefixtures("live")
def test_a_hand_edit_is_kept_before_its_file_is_deleted(sync: Sync, source: Path, data: Path) -> None:
    write(data, {"projects/a": "by hand"})
    (source / "projects/a").unlink()
    assert sync(SECOND).kept == ("projects/a",)
    assert kept(data) == {"projects/a": "by hand"}


@pytest.mark.usefixtures("live")
def test_a_view_made_in_the_designer_is_kept_before_it_is_deleted(sync: Sync, data: Path) -> None:
    write(data, {"projects/new/view.json": "designer", "projects/new/resource.json": "{}"})
    assert sync(SECOND).deleted == ("projects/new/resource.json", "projects/new/view.json")
    assert kept(data) == {"projects/new/view.json": "designer", "projects/new/resource.json": "{}"}


@pytest.mark.usefixtures("live")
def test_hand_work_in_what_no_mapping_manages_any_more_is_kept(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"core/c": "1"})
    sync(SECOND, PROJECTS, MappingRule("core", "config/core"))
    write(data, {"config/core/c": "by hand"})
    assert sync(THIRD).kept == ("config/core/c",)


@pytest.mark.usefixtures("live")
def test_what_a_sync_wrote_is_not_kept(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "2"})
    (source / "projects/b").unlink()
    done = sync(SECOND)
    assert (done.kept, done.kept_in, kept(data)) == ((), "", {})


@pytest.mark.usefixtures("live")
def test_nor_is_a_copy_of_it_that_somebody_put_in_its_place(sync: Sync, source: Path, data: Path) -> None:
    (data / "projects/a").unlink()
    write(data, {"projects/a": "1"})
    write(source, {"projects/a": "2"})
    assert sync(SECOND).kept == ()


def test_a_file_found_at_the_first_sync_is_kept_before_it_is_overwritten(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1"})
    write(data, {"projects/a": "before us"})
    assert sync().kept == ("projects/a",)
    assert kept(data) == {"projects/a": "before us"}


@pytest.mark.usefixtures("live")
def test_an_edit_made_during_the_sync_is_kept_too(sync: Sync, source: Path, data: Path, files: RefusingFiles) -> None:
    write(source, {"projects/a": "2"})
    (source / "projects/b").unlink()
    files.before("rename", "projects/a", lambda: write(data, {"projects/a": "late edit"}))
    files.before("unlink", "projects/b", lambda: write(data, {"projects/b": "late edit"}))
    assert sync(SECOND).kept == ("projects/a", "projects/b")
    assert kept(data) == {"projects/a": "late edit", "projects/b": "late edit"}
    assert read(data) == {"projects/a": "2"}


@pytest.mark.usefixtures("live")
def test_and_is_live_again_when_the_merge_is_undone(sync: Sync, source: Path, data: Path, files: RefusingFiles) -> None:
    write(source, {"projects/a": "2"})
    files.before("rename", "projects/a", lambda: write(data, {"projects/a": "late edit"}))
    files.refuse("write", ".stoker/manifest", errno.ENOSPC)
    with pytest.raises(MergeFailed):
        sync(SECOND)
    assert (read(data), kept(data)) == ({"projects/a": "late edit", "projects/b": "1"}, {})


@pytest.mark.usefixtures("live")
def test_an_edit_between_comparing_and_merging_is_kept(
    sync: Sync, source: Path, data: Path, files: RefusingFiles
) -> None:
    write(source, {"projects/a": "2", "projects/new/c": "2"})
    files.before("create", "*/n0", lambda: write(data, {"projects/a": "late edit", "projects/new/c": "made meanwhile"}))
    done = sync(SECOND)
    assert done.kept == ("projects/a", "projects/new/c")
    assert sorted(kept(data).values()) == ["late edit", "made meanwhile"]
    assert read(data) == {"projects/a": "2", "projects/b": "1", "projects/new/c": "2"}


STAMPED = {"scope": "G", "attributes": {"lastModification": {"actor": "external"}, "lastModificationSignature": "b"}}
OURS = {"scope": "G", "attributes": {"lastModificationSignature": "a"}}


def test_a_resource_json_that_differs_only_by_the_gateways_stamp_is_not_kept(
    sync: Sync, source: Path, data: Path
) -> None:
    write(source, {"projects/p/resource.json": json.dumps(OURS), "projects/q/resource.json": json.dumps(OURS)})
    sync()
    write(data, {f"projects/{name}/resource.json": json.dumps(STAMPED) for name in "pq"})
    write(source, {"projects/p/resource.json": json.dumps(OURS | {"scope": "A"})})
    (source / "projects/q/resource.json").unlink()
    done = sync(SECOND)
    assert (done.modified, done.deleted, done.kept) == (
        ("projects/p/resource.json",),
        ("projects/q/resource.json",),
        (),
    )


def test_but_one_that_differs_in_more_is(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/p/resource.json": json.dumps(OURS)})
    sync()
    write(data, {"projects/p/resource.json": json.dumps(STAMPED | {"scope": "D"})})
    assert sync(SECOND).kept == ("projects/p/resource.json",)


def make_and_lose(engine: Engine, source: Path, data: Path, name: str, size: int, commit: str) -> None:
    """Somebody makes a file that the next sync deletes."""
    write(data, {f"projects/{name}": "x" * size})
    assert run_sync(engine, source, commit).kept == (f"projects/{name}",)


def test_the_oldest_of_earlier_syncs_go_when_these_hold_more_than_the_limit(source: Path, data: Path) -> None:
    write(source, {"projects/a": "1"})
    engine = opened(data, keep_limit=1000)
    run_sync(engine, source)
    for number in range(4):
        make_and_lose(engine, source, data, f"s{number}", 450, f"{number:040}")
    assert list(kept(data)) == ["projects/s1", "projects/s2", "projects/s3"]
    assert len(list((data / ".stoker/kept").iterdir())) == 3, "no empty folder stays behind"
    engine.close()


def test_what_one_sync_keeps_is_never_pruned_by_that_sync(source: Path, data: Path) -> None:
    write(source, {"projects/a": "1"})
    engine = opened(data, keep_limit=1000)
    run_sync(engine, source)
    make_and_lose(engine, source, data, "small", 10, FIRST)
    make_and_lose(engine, source, data, "huge", 5000, SECOND)
    assert list(kept(data)) == ["projects/small", "projects/huge"]
    make_and_lose(engine, source, data, "next", 10, THIRD)
    assert list(kept(data)) == ["projects/next"]
    engine.close()


def test_the_limit_is_64_megabytes(source: Path, data: Path) -> None:
    write(source, {"projects/a": "1"})
    engine = opened(data)
    run_sync(engine, source)
    for number, megabytes in enumerate((33, 31, 1, 0)):
        with (data / f"projects/s{number}").open("wb") as file:
            file.truncate(megabytes * 1024 * 1024)
        run_sync(engine, source, f"{number:040}")
    names = sorted(path.name for path in (data / ".stoker/kept").rglob("s*"))
    assert names == ["s1", "s2", "s3"], "33 + 31 MB may stay, one more may not"
    engine.close()
