"""Generated commits and data directories: small, but with every kind of change that a merge knows.

Owns: a commit as a dictionary, the tree the engine reads it through, and the naive model of what a data directory must
look like afterwards. It must not use the engine to say what is right: the model is the second opinion.
"""

from __future__ import annotations

import json
import os
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from stoker.sync.source import SourceEntry, content_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Content = dict[str, bytes]
"""Path below the mapped folder, to the file's bytes."""

NAMES = ("Line 1", "Mixer", "alarms", "code.py", "view.json", "resource.json", "thumbnail.png", "query.sql", "data.bin")
UNMANAGED = {
    "var/keep.db": b"database",
    "config/local/secret": b"local",
    "projects/.resources/cache": b"gateway cache",
    "projects/A/.resources/deep/x": b"gateway cache too",
}
"""Live files that no sync may touch: outside every destination, or excluded inside one."""


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
    """A first commit, hand edits made on top of it, and the commit whose merge is killed."""

    seed: int
    first: Content
    second: Content
    edits: Mapping[str, bytes | None]

    @property
    def trees(self) -> tuple[MemoryTree, MemoryTree]:
        """Both commits, under the folder ``src``."""
        return tuple(MemoryTree({f"src/{k}": v for k, v in c.items()}) for c in (self.first, self.second))  # type: ignore[return-value]

    def live_after(self, content: Content) -> dict[str, bytes]:
        """The whole data directory once ``content`` is live."""
        return {**UNMANAGED, **{f"projects/{path}": data for path, data in content.items()}}

    def before_second(self) -> dict[str, bytes]:
        """The whole data directory when the second sync begins."""
        live = self.live_after(self.first)
        for path, data in self.edits.items():
            live.pop(f"projects/{path}", None)
            if data is not None:
                live[f"projects/{path}"] = data
        return live


def scenario(seed: int) -> Scenario:
    """A reproducible scenario: adds, changes, deletes, type changes, deep and shallow, hand edits."""
    rng = random.Random(seed)
    first = _commit(rng)
    second = dict(first)
    for path in rng.sample(sorted(second), k=min(len(second), rng.randint(0, 3))):
        del second[path]
    for path in rng.sample(sorted(second), k=min(len(second), rng.randint(1, 3))):
        second[path] = _bytes(rng)
    for path, data in _commit(rng, most=4).items():
        if not _clashes(path, second):
            second[path] = data
    if rng.random() < 0.3 and (nested := [path for path in sorted(second) if path.count("/") >= 2]):
        _becomes_file(rng.choice(nested), second, rng)
    edits: dict[str, bytes | None] = {}
    if rng.random() < 0.6:
        for path in rng.sample(sorted(first), k=min(len(first), rng.randint(1, 2))):
            edits[path] = None if rng.random() < 0.3 else b"by hand " + _bytes(rng)
    return Scenario(seed, first, second, edits)


def fill(data: Path, live: Mapping[str, bytes]) -> None:
    """Writes plain files."""
    for path, content in live.items():
        target = data / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def edit(data: Path, edits: Mapping[str, bytes | None]) -> None:
    """Applies the hand edits below ``projects``."""
    for path, content in edits.items():
        target = data / "projects" / path
        if content is None:  # as the Designer does: the folder of a deleted resource goes with it
            target.unlink()
            for folder in target.parents:
                if folder == data / "projects" or any(folder.iterdir()):
                    break
                folder.rmdir()
        else:
            target.write_bytes(content)


def read_live(data: Path) -> dict[str, bytes]:
    """Every file of the data directory but our own state and staging."""
    found = {}
    for folder, folders, names in os.walk(data):
        if folder == str(data):
            folders[:] = [name for name in folders if name not in {".stoker", ".sync-staging"}]
        for name in names:
            path = Path(folder, name)
            found[path.relative_to(data).as_posix()] = path.read_bytes()
    return found


def _commit(rng: random.Random, most: int = 9) -> Content:
    content: Content = {}
    for _ in range(rng.randint(2, most)):
        depth = rng.randint(1, 4)
        path = "/".join(
            ["AB"[rng.randrange(2)], *(rng.choice(NAMES[:3]) for _ in range(depth - 1)), rng.choice(NAMES[3:])]
        )
        if not _clashes(path, content):
            content[path] = _bytes(rng)
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
