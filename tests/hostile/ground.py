"""Where hostile things happen: a repository written by hand, a filled data directory, and a world beside it.

The sync itself runs in a forked child with hard bounds on memory and processor time, so that what eats either is a death
and no hanging test. Afterwards the world outside and what is nobody's inside must be what they were, byte for byte.
"""

from __future__ import annotations

import os
import pickle
import resource
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import trio

from stoker.agent.profile import PROTECTION
from stoker.errors import StokerError
from stoker.git.credentials import Credentials
from stoker.git.fetch import StorePool
from stoker.git.library import bound_libgit2, opened
from stoker.git.offload import Inline
from stoker.git.remote import Remote
from stoker.git.tree import CommitTree
from stoker.sync.engine import Engine
from stoker.sync.plan import MappingRule, SyncRequest
from tests.hostile.forge import FILE, FOLDER, Forge

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.sync.files import Files
    from tests.fakes.gitrepos import Origin

MEMORY, SECONDS = 256 * 1024 * 1024, 20
"""Bytes beyond what the process had before, and seconds of processor time, in which any of it must be over."""
PROJECTS = MappingRule("projects", "projects")
UNMANAGED = {"var/ignition.db": "database", "config/local/secret": "local", "projects/.resources/cache": "cache"}
BYSTANDERS = {"passwd": "root", "deep/er/key": "secret"}


class Told(NamedTuple):
    """How a sync ended: the error's class and words, both empty when there was none."""

    error: str
    words: str


@dataclass
class Ground:
    """One test's place. ``make`` of a case changes it; what it says here is what is synced."""

    root: Path
    origin: Origin
    commit: str = ""
    rules: tuple[MappingRule, ...] = (PROJECTS,)
    excludes: tuple[str, ...] = ()
    fields: dict[str, Any] = field(default_factory=dict)
    url: str = ""
    ref: str = ""

    def __post_init__(self) -> None:
        self.forge = Forge(self.origin)
        self.data, self.outside = self.root / "data", self.root / "outside"
        write(self.data, UNMANAGED)
        write(self.outside, BYSTANDERS)
        (self.outside / "deep").chmod(0o751)

    def holds(self, *entries: tuple[bytes, bytes, str]) -> None:
        """The commit has these entries below ``projects``."""
        self.roots((FOLDER, b"projects", self.forge.tree(*entries)))

    def roots(self, *entries: tuple[bytes, bytes, str]) -> None:
        """The commit has these entries at its root."""
        self.commit = self.forge.commit(self.forge.tree(*entries))

    def plain(self, name: bytes = b"a", text: str = "1") -> tuple[bytes, bytes, str]:
        """An entry for a harmless file."""
        return FILE, name, self.forge.blob(text)

    def request(self, tree: CommitTree) -> SyncRequest:
        """The whole order."""
        return SyncRequest(self.commit, "main", tree, self.rules, self.excludes, {"Vars": self.fields})

    def sync(self, files: Files | None = None, before: str = "", happens: Callable[[], object] | None = None) -> None:
        """One whole sync by the real parts, here and now; something happens before a stage of it. Raises what they raise."""
        bound_libgit2()
        engine = Engine(self.data, protection=PROTECTION, files=files)
        engine.open()
        try:
            engine.settle()
            tree = trio.run(self._fetched) if self.ref or self.url else self._read()
            now = {before: happens or _nothing}
            now.get("prepare", _nothing)()
            prepared = engine.prepare(self.request(tree))
            if prepared.is_noop:
                engine.record(prepared)
                return
            now.get("stage", _nothing)()
            staged = engine.stage(prepared)
            now.get("merge", _nothing)()
            engine.merge(staged)
        finally:
            engine.close()

    def _read(self) -> CommitTree:
        with opened(self.origin.path) as repository:
            return CommitTree(repository, self.commit, where="the repository")

    async def _fetched(self) -> CommitTree:
        """As an agent comes by it: the ref is looked up, the commit brought."""
        url, ref = self.url or self.origin.url, self.ref or "main"
        pool = StorePool(self.root / "stores", offload=Inline())
        async with Remote(Inline()) as remote:
            self.commit = (await remote.resolve(url, ref, Credentials.none())).commit
        await pool.ensure(url, self.commit, ref, Credentials.none())
        return pool.tree(url, self.commit)


def _nothing() -> None:
    pass


def write(root: Path, files: dict[str, str]) -> None:
    """Plain files with their folders."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def bounded(run: Callable[[], None], *, memory: int = MEMORY, seconds: int = SECONDS) -> Told:
    """``run`` in a child with these bounds: how it ended. Any death, and any error that is not ours, says so by name."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        told = Told("", "")
        try:
            _limit(memory, seconds)
            run()
        except StokerError as error:
            told = Told(error.reason, str(error))
        except BaseException as error:  # noqa: BLE001, ASYNC103 - a child of a fork must never return into pytest
            told = Told(f"crash: {type(error).__name__}", str(error)[:2000])
        finally:
            with os.fdopen(writing, "wb") as pipe:
                pickle.dump(told, pipe)
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return pickle.loads(data) if data else Told(f"died: {code}", "")


def _limit(memory: int, seconds: int) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def picture(root: Path) -> dict[str, tuple[Any, ...]]:
    """Everything below ``root`` without following anything: kind, mode, and content or target."""
    found: dict[str, tuple[Any, ...]] = {}
    waiting = [str(root)]
    while waiting:
        folder = waiting.pop()
        for name in os.listdir(folder) if len(folder) < 1000 else ():
            path = os.path.join(folder, name)
            state = os.lstat(path)
            if stat.S_ISDIR(state.st_mode):
                waiting.append(path)
            content: Any = ""
            if stat.S_ISREG(state.st_mode):
                content = Path(path).read_bytes() if state.st_size < 1 << 20 else state.st_size
            elif stat.S_ISLNK(state.st_mode):
                content = os.readlink(path)
            found[os.path.relpath(path, root)] = (state.st_mode, content)
    return found


def live(data: Path) -> dict[str, str]:
    """What a sync made: every regular file that is not of nobody and not of our own state."""
    return {
        path: content[:200].decode("utf-8", "backslashreplace") if isinstance(content, bytes) else f"{content} bytes"
        for path, (mode, content) in picture(data).items()
        if stat.S_ISREG(mode) and path not in UNMANAGED and not path.startswith((".stoker/", ".sync-staging/"))
    }
