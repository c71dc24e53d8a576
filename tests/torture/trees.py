"""Generated commits and data directories: small, but with every kind of change that a merge knows.

Owns: a commit as a dictionary, the tree the engine reads it through, and the naive model of what a data directory must
look like afterwards. It must not use the engine to say what is right: the model is the second opinion.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from stoker.sync.plan import MappingRule
from stoker.sync.source import SourceEntry, content_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Content = dict[str, bytes]
"""Path below the data directory, to the file's bytes."""
Live = dict[str, tuple[bytes, int]]
"""The same, with the permission bits."""

RULES = (
    MappingRule("src/projects", "projects", type="dir"),
    MappingRule("src/config/core", "config/core", type="dir"),
    MappingRule("src/gateway.conf", "gateway.conf", type="file"),
)
"""Two managed roots and one managed file; ``config`` may lie behind a border between mounts."""
ROOTS = ("projects", "projects", "config/core")
NAMES = ("Line 1", "Mixer", "alarms", "code.py", "view.json", "resource.json", "thumbnail.png", "query.sql", "data.bin")
UNMANAGED: Live = {
    "var/keep.db": (b"database", 0o600),
    "config/local/secret": (b"local", 0o644),
    "projects/.resources/cache": (b"gateway cache", 0o644),
    "projects/A/.resources/deep/x": (b"gateway cache too", 0o644),
    "beside.conf": (b"of nobody's", 0o644),
}
"""Live files that no sync may touch: outside every destination, or excluded inside one."""
THERE: Content = {"projects/there.json": b"{}", "config/core/there.json": b"{}"}
"""In every commit, or a root would have no source and not be managed."""
NEW: Content = {
    "projects/New/project.json": b"{}",
    "projects/New/views/Main/resource.json": b"{ }",
    "projects/New/views/Main/view.json": b"main",
    "config/core/New/deep/resource.json": b"{}",
}
"""Folders that only the second commit has."""
LONG_GONE = ("projects/B/made long ago.json", b"kept by the first sync, pruned by the second")


@dataclass
class MemoryTree:
    """A commit in memory, read the way the engine reads a git tree."""

    files: Mapping[str, bytes]
    blobs: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ids = {path: content_id(data, "") for path, data in self.files.items()}
        self.blobs = {self.ids[path]: data for path, data in self.files.items()}

    def lookup(self, path: str) -> Literal["dir", "file", "missing"]:
        """``dir``, ``file`` or ``missing``."""
        if path in self.files:
            return "file"
        prefix = f"{path}/" if path else ""
        return "dir" if any(name.startswith(prefix) for name in self.files) else "missing"

    def walk(self, path: str) -> Iterator[SourceEntry]:
        """All leaves below ``path``, relative to it."""
        if path in self.files:
            yield SourceEntry("", self.ids[path], "file")
            return
        prefix = f"{path}/" if path else ""
        for name in sorted(self.files):
            if name.startswith(prefix):
                yield SourceEntry(name[len(prefix) :], self.ids[name], "file")

    def read(self, blob: str) -> bytes:
        """The bytes of one blob."""
        return self.blobs[blob]

    def identity(self, path: str) -> str:
        """All leaves below ``path``, which is what ``changes`` needs of an earlier commit."""
        return json.dumps(sorted(self.walk(path)))

    def changes(self, path: str, since: str) -> list[SourceEntry]:
        """What differs from a folder of identity ``since``."""
        before = {entry[0]: SourceEntry(*entry) for entry in json.loads(since)}
        after = {entry.path: entry for entry in self.walk(path)}
        gone = [SourceEntry(name, "", before[name].kind) for name in before.keys() - after.keys()]
        return gone + [entry for name, entry in after.items() if before.get(name) != entry]


@dataclass(frozen=True)
class Scenario:
    """A first commit, hand work done on top of it, and the commit whose merge is killed.

    edits: managed files changed, removed (None) or added by hand. border: is ``config`` a mount of its own? links: does
    the file system serve them? grafts: is every new folder staged as a whole, as large ones are?
    """

    seed: int
    first: Content
    second: Content
    edits: Mapping[str, bytes | None]
    border: bool
    links: bool
    grafts: bool = False

    @property
    def trees(self) -> tuple[MemoryTree, MemoryTree]:
        """Both commits, under the folder ``src``."""
        first, second = (MemoryTree({f"src/{k}": v for k, v in c.items()}) for c in (self.first, self.second))
        return first, second

    def at_first(self) -> Live:
        """The data directory before the first sync: all of it is there already, and adopted; one file is not."""
        path, data = LONG_GONE
        return {**UNMANAGED, path: (data, 0o644), **{at: (content, 0o644) for at, content in self.first.items()}}

    def old(self) -> Live:
        """The whole data directory when the second sync begins."""
        live = self.at_first()
        del live[LONG_GONE[0]]
        for path, content in self.edits.items():
            live.pop(path, None)
            if content is not None:
                live[path] = (content, 0o640)
        return live

    def new(self) -> Live:
        """The whole data directory when the second commit is live: what was replaced keeps its mode."""
        before = self.old()
        modes = {path: before[path][1] if path in before else 0o644 for path in self.second}
        return {**UNMANAGED, **{path: (content, modes[path]) for path, content in self.second.items()}}

    def hand_work(self) -> Content:
        """What the second sync overwrites or deletes without having written it."""
        return {
            path: content
            for path, content in self.edits.items()
            if content is not None and content not in (self.second.get(path), self.first.get(path))
        }


def scenario(seed: int, *, borders: bool = False, grafts: bool = False) -> Scenario:
    """A reproducible scenario: adds, changes, deletes, type changes, deep and shallow, hand work."""
    rng = random.Random(seed)
    first = _commit(rng) | THERE
    second = dict(first)
    for path in rng.sample(sorted(second), k=min(len(second), rng.randint(0, 3))):
        del second[path]
    for path in rng.sample(sorted(second), k=min(len(second), rng.randint(1, 3))):
        second[path] = _bytes(rng)
    for path, data in _commit(rng, most=4).items():
        if not _clashes(path, second):
            second[path] = data
    if rng.random() < 0.3 and (nested := [path for path in sorted(second) if path.count("/") >= 3]):
        _becomes_file(rng.choice(nested), second, rng)
    second |= THERE | (NEW if grafts else {})
    edits: dict[str, bytes | None] = {}
    if rng.random() < 0.7:
        for path in rng.sample(sorted(first), k=min(len(first), rng.randint(1, 2))):
            edits[path] = None if rng.random() < 0.3 else b"by hand " + _bytes(rng)
    if rng.random() < 0.5:
        made = f"{rng.choice(ROOTS)}/A/made by hand.json"
        if not _clashes(made, first) and not _clashes(made, second):
            edits[made] = b"designer " + _bytes(rng)
    border = borders and seed % 3 == 1
    return Scenario(seed, first, second, edits, border=border, links=seed % 4 != 2, grafts=grafts)


def _commit(rng: random.Random, most: int = 9) -> Content:
    content: Content = {}
    for _ in range(rng.randint(2, most)):
        depth = rng.randint(1, 4)
        path = "/".join(
            [
                rng.choice(ROOTS),
                "AB"[rng.randrange(2)],
                *(rng.choice(NAMES[:3]) for _ in range(depth - 1)),
                rng.choice(NAMES[3:]),
            ]
        )
        if not _clashes(path, content):
            content[path] = _bytes(rng)
    if rng.random() < 0.5:
        content["gateway.conf"] = _bytes(rng)
    return content


def _bytes(rng: random.Random) -> bytes:
    return rng.randbytes(rng.choice((0, 1, 40, 3000)))


def _clashes(path: str, content: Content) -> bool:
    return any(path.startswith(f"{other}/") or other.startswith(f"{path}/") for other in content)


def _becomes_file(path: str, content: Content, rng: random.Random) -> None:
    """A folder of the first commit becomes a file of the second (never one that holds excluded files)."""
    folder = path.rsplit("/", 1)[0]
    for other in [other for other in content if other.startswith(f"{folder}/")]:
        del content[other]
    content[folder] = _bytes(rng)
