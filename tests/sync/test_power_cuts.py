"""What must be on the disk before what: a power cut may lose every call that was not flushed, in any combination.

The engine flushes whole file systems, so the order of flushes and renames at its one door is the whole proof: before
PREPARED all that the journal names is flushed, before the journal goes the merge and the manifest's block are.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest

from stoker.errors import MergeFailed
from stoker.sync.plan import MappingRule
from tests.fakes.files import RefusingFiles
from tests.fakes.mounts import tmpfs, with_mounts
from tests.sync.conftest import FIRST, PROJECTS, SECOND, Sync, opened, run_sync, write

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.sync.engine import Engine


@pytest.fixture
def before(sync: Sync, source: Path, data: Path, files: RefusingFiles) -> None:
    """One commit live, a hand edit on it, the next commit ready to be synced."""
    write(source, {"projects/a": "1", "projects/b": "1", "projects/c": "1"})
    sync()
    write(data, {"projects/a": "by hand"})
    write(source, {"projects/a": "2", "projects/b": "2", "projects/new/d": "2"})
    (source / "projects/c").unlink()
    files.calls.clear()


@pytest.mark.usefixtures("before")
def test_all_that_the_journal_names_is_flushed_before_it_counts(sync: Sync, files: RefusingFiles) -> None:
    sync(SECOND)
    prepared = files.at("rename", ".stoker/journal")
    flushed = files.at("syncfs")
    assert flushed < prepared
    made = [
        n for n, call in enumerate(files.calls) if ".sync-staging/" in call.path or call.path == ".stoker/journal.new"
    ]
    assert [n for n in made if n < prepared and n > flushed] == [], "nothing is written between flush and rename"
    assert [call.op for call in files.calls[:flushed] if call.path.startswith("projects")] == [], "nor live before"
    assert files.calls[prepared + 1] == ("fsync", ".stoker")


@pytest.mark.usefixtures("before")
def test_the_merge_is_flushed_with_the_manifests_block_before_the_journal_goes(
    sync: Sync, files: RefusingFiles
) -> None:
    sync(SECOND)
    flushes = [n for n, call in enumerate(files.calls) if call.op == "syncfs"]
    block, gone = files.at("write", ".stoker/manifest"), files.at("unlink", ".stoker/journal")
    live = [n for n, call in enumerate(files.calls) if call.path.startswith("projects")]
    assert max(live) < block < flushes[1] < files.at("unlink", ".sync-staging/*") < gone
    kept = [n for n, call in enumerate(files.calls) if call.path.startswith(".stoker/kept")]
    assert kept, "the hand edit is kept"
    assert max(kept) < block


@pytest.mark.usefixtures("before")
def test_abort_is_on_the_disk_before_the_first_step_back(sync: Sync, files: RefusingFiles) -> None:
    files.refuse("write", ".stoker/manifest", errno.ENOSPC)
    with pytest.raises(MergeFailed):
        sync(SECOND)
    turned = files.at("overwrite", ".stoker/journal")
    assert files.calls[turned + 1] == ("fsync", ".stoker/journal")
    steps = [n for n, call in enumerate(files.calls) if call.path.startswith("projects")]
    assert [n for n in steps if n > turned], "something was undone"
    assert turned + 1 not in steps


@pytest.mark.usefixtures("before")
def test_what_was_undone_is_flushed_before_its_journal_goes_and_the_going_too(sync: Sync, files: RefusingFiles) -> None:
    files.refuse("write", ".stoker/manifest", errno.ENOSPC)
    with pytest.raises(MergeFailed):
        sync(SECOND)
    steps = [n for n, call in enumerate(files.calls) if call.path.startswith("projects")]
    last_flush = max(n for n, call in enumerate(files.calls) if call.op == "syncfs")
    gone = files.at("unlink", ".stoker/journal")
    assert max(steps) < last_flush < gone
    assert files.calls[gone + 1] == ("fsync", ".stoker")


def test_a_compacted_log_is_flushed_before_it_takes_its_place(data: Path, source: Path) -> None:
    files = RefusingFiles()
    engine = opened(data, files=files, compact_slack=-1000)
    write(source, {"projects/a": "1"})
    run_sync(engine, source)
    engine.close()
    renamed = files.at("rename", ".stoker/manifest")
    assert files.at("write", ".stoker/manifest.new") < files.at("fsync", ".stoker/manifest.new") < renamed
    assert files.calls[renamed + 1] == ("fsync", ".stoker")


@pytest.mark.mounts
def test_every_mount_is_flushed_and_the_one_with_the_manifest_last(data: Path, source: Path) -> None:
    def run() -> None:
        (data / "config").mkdir()
        tmpfs(data / "config")
        files = RefusingFiles()
        write(source, {"projects/a": "1", "core/b": "1"})
        run_sync(opened(data, files=files), source, FIRST, PROJECTS, MappingRule("core", "config/core"))
        assert [call.path for call in files.calls if call.op == "syncfs"] == ["config", ".", "config", "."]

    with_mounts(run)


def test_a_journal_that_came_back_after_the_merge_was_over_changes_nothing(
    sync: Sync, engine: Engine, source: Path, data: Path, files: RefusingFiles
) -> None:
    journal = data / ".stoker/journal"
    saved: list[bytes] = []
    write(source, {"projects/a": "1", "projects/b": "1"})
    sync()
    write(source, {"projects/a": "2"})
    (source / "projects/b").unlink()
    files.before("unlink", ".stoker/journal", lambda: saved.append(journal.read_bytes()))
    sync(SECOND)
    write(data, {"projects/a": "by hand, later", "projects/b": "made later"})
    engine.close()
    journal.write_bytes(saved[0])  # its removal was not flushed when the power went
    again = opened(data)
    assert again.applied_commit == SECOND
    assert (data / "projects/a").read_text() == "by hand, later"
    assert (data / "projects/b").read_text() == "made later"
    again.close()
