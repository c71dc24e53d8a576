"""The manifest's log: a torn tail is cut off, damage and foreign formats are refused and left, history is compacted."""

from __future__ import annotations

import errno
import itertools
from typing import TYPE_CHECKING

import pytest

from stoker.errors import StateUnreadable
from tests.fakes.files import RefusingFiles
from tests.sync.conftest import FIRST, SECOND, opened, run_sync, write

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = ".stoker/manifest"


@pytest.fixture
def log(data: Path, source: Path) -> Path:
    """The manifest after two syncs and a note."""
    write(source, {"projects/a": "1"})
    engine = opened(data)
    run_sync(engine, source)
    write(source, {"projects/a": "2"})
    run_sync(engine, source, SECOND)
    engine.note("key", "value")
    engine.close()
    return data / MANIFEST


@pytest.mark.parametrize(
    "tail", [b"torn", b'["delta",{}]\n', b'["delta",{}]\n["=', b"\0" * 100, b'["end","12345678"]\n']
)
def test_a_torn_tail_is_ignored_and_cut_off_by_the_next_append(log: Path, data: Path, tail: bytes) -> None:
    whole = log.read_bytes()
    log.write_bytes(whole + tail)
    engine = opened(data)
    assert (engine.applied_commit, engine.notes["key"]) == (SECOND, "value")
    engine.note("key", "more")
    engine.close()
    assert log.read_bytes().startswith(whole + b'["delta",{"notes":{"key":"more"}}]\n')


def test_a_log_torn_at_any_byte_is_read_up_to_its_last_whole_block(log: Path, data: Path) -> None:
    whole = log.read_bytes()
    seen = set()
    for size in range(len(whole)):
        log.write_bytes(whole[:size])
        engine = opened(data)
        seen.add((engine.applied_commit, engine.notes.get("key")))
        engine.close()
    assert seen == {(None, None), (FIRST, None), (SECOND, None)}


def test_damage_in_the_middle_is_refused_and_left_alone(log: Path, data: Path) -> None:
    damaged = log.read_bytes().replace(FIRST.encode(), b"9" * 40)
    log.write_bytes(damaged)
    with pytest.raises(StateUnreadable, match="damaged in the middle"):
        opened(data)
    assert log.read_bytes() == damaged


@pytest.mark.parametrize("first", [b'["stoker-manifest",2]\n', b"something else\n", b'{"a": 1}\n'])
def test_a_log_of_another_format_is_refused_and_left_alone(log: Path, data: Path, first: bytes) -> None:
    foreign = first + log.read_bytes().partition(b"\n")[2]
    log.write_bytes(foreign)
    with pytest.raises(StateUnreadable, match="another release"):
        opened(data)
    assert log.read_bytes() == foreign


def test_history_is_replaced_by_its_essence_and_nothing_is_forgotten(data: Path, source: Path) -> None:
    write(source, {"projects/a": "1"})
    engine = opened(data, compact_slack=20)
    run_sync(engine, source)
    sizes = []
    for number in range(40):
        write(source, {"projects/a": str(number)})
        run_sync(engine, source, f"{number:040}")
        sizes.append((data / MANIFEST).stat().st_size)
    assert min(b - a for a, b in itertools.pairwise(sizes)) < 0, "never compacted"
    engine.note("key", "value")
    engine.close()
    again = opened(data, compact_slack=20)
    assert (again.applied_commit, again.announcement_owed, again.notes["key"]) == (f"{39:040}", True, "value")
    assert run_sync(again, source, f"{39:040}").unchanged == 1
    again.close()


@pytest.mark.parametrize(
    ("op", "path"), [("create", "*.new"), ("write", "*.new"), ("rename", "*"), ("fsync", ".stoker")]
)
def test_a_compaction_that_fails_anywhere_loses_nothing(data: Path, source: Path, op: str, path: str) -> None:
    files = RefusingFiles()
    write(source, {"projects/a": "1"})
    engine = opened(data, files=files, compact_slack=-1000)
    run_sync(engine, source)
    write(source, {"projects/a": "2"})
    # The merge itself makes such calls too: refuse only once its journal is gone.
    files.before("unlink", ".stoker/journal", lambda: files.refuse(op, path, errno.EIO))
    assert run_sync(engine, source, SECOND).files_changed == 1
    files.allow()
    engine.note("key", "value")
    engine.close()
    again = opened(data)
    assert (again.applied_commit, again.notes["key"]) == (SECOND, "value")
    assert run_sync(again, source, SECOND).unchanged == 1
    again.close()


def test_a_name_that_could_not_be_made_durable_is_flushed_before_the_next_append(data: Path) -> None:
    files = RefusingFiles()
    engine = opened(data, files=files)
    files.refuse("fsync", ".stoker", errno.EIO)
    with pytest.raises(Exception, match="check the disk"):
        engine.note("key", "value")
    files.allow()
    files.calls.clear()
    engine.note("key", "value")
    engine.close()
    assert files.at("fsync", ".stoker") < files.at("write", MANIFEST)
