"""The engine merges while a gateway scans the same files after each of its changes, and rewrites what is wrongly signed."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING, TypeVar

import pytest

from stoker.agent.profile import PROTECTION
from stoker.ignition.layout import same_but_stamp
from stoker.standalone.simulator.resources import Seen, Tree
from stoker.sync.engine import Engine
from stoker.sync.files import Files
from stoker.sync.plan import MappingRule, SyncRequest
from stoker.sync.source import DirectoryTree
from stoker.values import replace
from tests.standalone.simulator.conftest import Resource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")
COMMITS = 8
RESOURCES = 40


class Repository:
    """Commits of signed resources, each with some changed, added, deleted, and given or robbed of a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._random = random.Random(7)
        self._serial = 0
        for number in range(RESOURCES):
            self._write(number)

    def next(self) -> DirectoryTree:
        """Another commit."""
        for number in self._random.sample(range(RESOURCES), 12):
            place = self._place(number)
            if place.exists() and self._random.random() < 0.3:
                shutil.rmtree(place)
            else:
                self._write(number)
        return DirectoryTree(self.folder)

    def _place(self, number: int) -> Path:
        return self.folder / "projects" / "Plant" / "views" / f"View {number}"

    def _write(self, number: int) -> None:
        self._serial += 1
        names = {"view_json", "thumbnail_png", "extra_json"} if self._random.random() < 0.5 else {"view_json"}
        shutil.rmtree(self._place(number), ignore_errors=True)
        Resource(self._place(number)).write(**{name: f"{name} {self._serial}" for name in sorted(names)})


class Reader:
    """A gateway that scans, and adds up what it saw."""

    def __init__(self, data: Path) -> None:
        self.seen = Seen()
        self._tree = Tree(data, "projects")

    def scan(self) -> None:
        """One scan, of what is there at this moment."""
        found = self._tree.scan(1_770_000_000_000)
        self.seen.resources += found.resources
        self.seen.half_written += found.half_written
        self.seen.mixed += found.mixed
        self.seen.rewritten += found.rewritten
        self.seen.unwritable += found.unwritable


class Watched(Files):
    """The engine's hand: after each of its changes to a name, the gateway scans."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self._reader = reader

    def call(self, op: str, path: str, do: Callable[[], T]) -> T:
        """One change, and a scan."""
        done = super().call(op, path, do)
        if op in {"rename", "unlink", "mkdir", "rmdir"}:
            self._reader.scan()
        return done


def sync_all(data: Path, repository: Repository, reader: Reader, *, watched: bool) -> None:
    """Sync commit after commit; ``watched``: the gateway scans in the middle of each, else between them."""
    engine = Engine(data, protection=PROTECTION, files=Watched(reader) if watched else None)
    engine.open()
    engine.settle()
    try:
        for number in range(COMMITS):
            request = SyncRequest(f"{number:040d}", "main", repository.next(), (MappingRule("projects", "projects"),))
            engine.merge(engine.stage(engine.prepare(request)))
            reader.scan()
            assert differing(data, repository.folder) == []
    finally:
        engine.close()


def differing(data: Path, wanted: Path) -> list[str]:
    """Files that are not as in the commit, but for the gateway's stamp."""
    found = []
    for path in wanted.rglob("*.*"):
        live = (data / path.relative_to(wanted)).read_bytes()
        if live != path.read_bytes() and not same_but_stamp(live, path.read_bytes()):
            found.append(str(path))
    surplus = {p.relative_to(data) for p in (data / "projects").rglob("*.*") if ".resources" not in p.parts}
    return found + [str(path) for path in surplus if not (wanted / path).exists()]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The gateway's data directory."""
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def test_it_never_meets_a_half_written_resource_whenever_it_reads(tmp_path: Path, data: Path) -> None:
    reader = Reader(data)
    sync_all(data, Repository(tmp_path / "repository"), reader, watched=True)
    assert reader.seen.half_written == []
    assert reader.seen.unwritable == []
    assert reader.seen.mixed, "the scans were not in the middle of a merge"


def test_with_the_lock_it_meets_no_two_commits_in_one_resource_and_rewrites_nothing(tmp_path: Path, data: Path) -> None:
    reader = Reader(data)
    sync_all(data, Repository(tmp_path / "repository"), reader, watched=False)
    assert reader.seen.resources > RESOURCES
    assert (reader.seen.half_written, reader.seen.mixed, reader.seen.rewritten) == ([], [], [])


def test_a_gateway_that_reads_a_writer_of_the_wrong_order_does_meet_them(tmp_path: Path, data: Path) -> None:
    reader = Reader(data)
    careless = replace(PROTECTION, late_names=frozenset())
    (data / "projects" / "Plant" / "views").mkdir(parents=True)  # a folder that is new goes live as a whole
    engine = Engine(data, protection=careless, files=Watched(reader))
    engine.open()
    engine.settle()
    tree = Repository(tmp_path / "repository").next()
    engine.merge(
        engine.stage(engine.prepare(SyncRequest("1" * 40, "main", tree, (MappingRule("projects", "projects"),))))
    )
    engine.close()
    assert any("is missing" in what for what in reader.seen.half_written)
