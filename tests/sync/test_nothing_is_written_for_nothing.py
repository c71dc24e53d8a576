"""A dry run and an unchanged commit write nothing at all: not a byte, not a time, not a folder. And work is
proportional: unchanged files are neither read nor copied."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from stoker.sync.plan import MappingRule
from tests.sync.conftest import FIRST, PROJECTS, SECOND, CommitTree, Sync, opened, run_sync, snapshot, write

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.sync.engine import Engine
    from tests.fakes.files import RefusingFiles


class CountingTree(CommitTree):
    """Counts the blobs that are read."""

    def __init__(self, root: Path, store: dict[str, bytes]) -> None:
        super().__init__(root, store)
        self.reads = 0

    def read(self, blob: str) -> bytes:
        """As SourceTree.read."""
        self.reads += 1
        return super().read(blob)


@pytest.fixture
def settled(sync: Sync, engine: Engine, source: Path, data: Path, files: RefusingFiles) -> None:
    """A hundred files live and announced, with things beside them that no sync cares for."""
    write(source, {f"projects/p{n % 7}/f{n}": f"{n}" for n in range(100)} | {"site/conf": "{{.GatewayName}}"})
    write(data, {"config/theirs": "x", "projects/p0/.resources/r": "x"})
    sync(FIRST, *RULES, fields=FIELDS)
    engine.announced()
    files.calls.clear()


RULES = (PROJECTS, MappingRule("site", "config/site", template=True))
FIELDS = {"GatewayName": "press"}


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("drift", ["restore", "report", "heal"])
def test_an_unchanged_commit_writes_nothing(sync: Sync, data: Path, files: RefusingFiles, drift: str) -> None:
    before = snapshot(data)
    done = sync(FIRST, *RULES, fields=FIELDS, drift=drift)
    assert (done.files_changed, done.unchanged) == (0, 101)
    assert snapshot(data) == before
    assert files.calls == []


@pytest.mark.usefixtures("settled")
def test_nor_does_it_after_a_restart_beyond_taking_the_lock(engine: Engine, source: Path, data: Path) -> None:
    engine.close()
    before = snapshot(data)
    again = opened(data)
    assert run_sync(again, source, FIRST, *RULES, fields=FIELDS).unchanged == 101
    again.close()
    assert snapshot(data) == before


@pytest.mark.usefixtures("settled")
def test_a_commit_that_changes_nothing_here_is_remembered_in_one_line_and_owes_no_scan(
    sync: Sync, engine: Engine, files: RefusingFiles
) -> None:
    sync(SECOND, *RULES, fields=FIELDS)
    assert engine.applied_commit == SECOND
    assert not engine.announcement_owed
    assert [call.op for call in files.calls] == ["write", "fsync"]


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("changed", [True, False], ids=["with changes", "without"])
def test_a_dry_run_tells_everything_and_writes_nothing(
    sync: Sync, engine: Engine, source: Path, data: Path, files: RefusingFiles, changed: bool
) -> None:
    if changed:
        write(source, {"projects/p0/f0": "new", "projects/p0/g": "new"})
        (source / "projects/p1/f1").unlink()
        write(data, {"projects/p2/f2": "by hand"})
    before = snapshot(data)
    done = sync(SECOND, *RULES, fields=FIELDS, dry_run=True)
    assert snapshot(data) == before
    assert files.calls == []
    assert engine.applied_commit == FIRST
    if changed:
        assert (done.added, done.deleted, done.drift) == (("projects/p0/g",), ("projects/p1/f1",), ("projects/p2/f2",))
        assert done.modified == ("projects/p0/f0", "projects/p2/f2")
        assert sync(SECOND, *RULES, fields=FIELDS).modified == done.modified


@pytest.mark.usefixtures("settled")
def test_a_one_file_commit_reads_one_blob_and_writes_one_file(
    sync: Sync, source: Path, data: Path, files: RefusingFiles
) -> None:
    write(source, {"projects/p0/f0": "new"})
    tree = CountingTree(source, {})
    sync(SECOND, *RULES, fields=FIELDS, tree=tree)
    assert tree.reads == 1
    assert [call.path for call in files.calls if call.op == "create"] == [".sync-staging/n0", ".stoker/journal.new"]
    live = [call for call in files.calls if not call.path.startswith((".sync-staging", ".stoker", "."))]
    assert [call.op for call in live] == ["rename"]


@pytest.mark.usefixtures("settled")
def test_the_calls_of_a_sync_do_not_grow_with_the_repository(sync: Sync, source: Path, files: RefusingFiles) -> None:
    counts = []
    for number, more in enumerate((0, 400)):
        write(source, {f"projects/p{n % 7}/h{n}": f"{n}" for n in range(more)})
        sync(f"{number:040}", *RULES, fields=FIELDS)
        files.calls.clear()
        write(source, {"projects/p0/f0": f"changed {number}"})
        sync(f"{number + 10:040}", *RULES, fields=FIELDS)
        counts.append(len(files.calls))
    assert counts[0] == counts[1]


@pytest.mark.usefixtures("settled")
def test_a_second_look_at_live_files_reads_none_of_them(sync: Sync, data: Path) -> None:
    sync(FIRST, *RULES, fields=FIELDS)
    times = {path: path.stat().st_atime_ns for path in data.rglob("f*")}
    for path in times:
        os.utime(path, ns=(1, path.stat().st_mtime_ns))  # relatime: any read now shows
    sync(FIRST, *RULES, fields=FIELDS)
    assert {path.stat().st_atime_ns for path in times} == {1}


@pytest.mark.usefixtures("settled")
def test_a_rendered_file_is_rendered_again_only_for_values_it_uses(sync: Sync, source: Path) -> None:
    tree = CountingTree(source, {})
    more: dict[str, Any] = {"Commit": SECOND, "Vars": {"unused": "1"}}
    assert sync(SECOND, *RULES, fields=FIELDS | more, tree=tree).files_changed == 0
    assert tree.reads == 0
    assert sync(SECOND, *RULES, fields={"GatewayName": "mill"}).modified == ("config/site/conf",)


def test_a_resource_json_that_the_gateway_stamped_is_compared_once(sync: Sync, source: Path, data: Path) -> None:
    ours = {"scope": "G", "attributes": {"lastModificationSignature": "a"}}
    stamped = {"scope": "G", "attributes": {"lastModificationSignature": "b"}}
    write(source, {f"projects/p{n}/resource.json": json.dumps(ours) for n in range(20)})
    sync()
    write(data, {f"projects/p{n}/resource.json": json.dumps(stamped) for n in range(20)})
    reads = []
    for _ in range(2):
        tree = CountingTree(source, {})
        assert sync(tree=tree).unchanged == 20
        reads.append(tree.reads)
    assert reads == [20, 0]
    write(data, {"projects/p3/resource.json": json.dumps(stamped | {"scope": "D"})})
    assert sync(drift="report").drift == ("projects/p3/resource.json",)
