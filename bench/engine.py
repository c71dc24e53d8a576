"""Fetch to merged, on the XL sample served by git daemon: first sync, one-file commits, an unchanged commit; and peers."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from functools import partial
from typing import TYPE_CHECKING

import trio

from bench.peers import RsyncPeer, WorktreePeer, git
from bench.table import Page, Row, milliseconds, ratio
from stoker.agent.profile import PROTECTION
from stoker.git.credentials import Credentials
from stoker.git.fetch import StorePool
from stoker.git.offload import Thread
from stoker.standalone.demo.edits import edit, editable
from stoker.standalone.demo.repository import Repository
from stoker.standalone.samples import write_sample
from stoker.sync.engine import Engine
from stoker.sync.plan import MappingRule, SyncRequest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROUNDS = 10


@contextlib.contextmanager
def daemon(base: Path) -> Iterator[str]:
    """``git daemon`` over ``base``; its URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        "git",
        "daemon",
        "--reuseaddr",
        "--export-all",
        "--listen=127.0.0.1",
        f"--port={port}",
        f"--base-path={base}",
    ]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            _until_open(port)
            yield f"git://127.0.0.1:{port}"
        finally:
            server.terminate()


def _until_open(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"git daemon does not listen on port {port}")


class Bench:
    """One engine over one store, as an agent drives it."""

    def __init__(self, url: str, base: Path) -> None:
        (base / "live").mkdir(parents=True)
        self.url = url
        self.stores = StorePool(base / "git", offload=Thread())
        self.engine = Engine(base / "live", protection=PROTECTION)

    def sync(self, commit: str) -> float:
        """Fetch to merged, in seconds."""
        begun = time.perf_counter()
        trio.run(partial(self.stores.ensure, self.url, commit, "main", Credentials.none()))
        tree = self.stores.tree(self.url, commit)
        prepared = self.engine.prepare(SyncRequest(commit, "main", tree, (MappingRule("projects", "projects"),)))
        if prepared.is_noop:
            self.engine.record(prepared)
        else:
            self.engine.merge(self.engine.stage(prepared))
        return time.perf_counter() - begun


def measure(page: Page, base: Path) -> None:
    """All rows of this section."""
    repository = Repository(base / "served" / "plant.git", base / "work")
    (base / "served").mkdir()
    repository.create()
    files = write_sample(repository.work, "XL")
    commit = repository.commit("first")
    git(repository.bare, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(repository.bare, "repack", "-qad")
    with daemon(base / "served") as served:
        url = f"{served}/plant.git"
        rsync, worktree = RsyncPeer(url, base / "rsync"), WorktreePeer(url, base / "worktree")
        ours = Bench(url, base / "stoker")
        ours.engine.open()
        ours.engine.settle()
        (base / "rsync").mkdir(exist_ok=True)
        (base / "worktree").mkdir(exist_ok=True)
        first, theirs = [ours.sync(commit)], ([rsync.first()], [worktree.first()])
        page.add(_row(f"first sync, XL ({files:,} files), in process", first, *theirs, "no slower than the peers"))
        steps, of_rsync, of_worktree = [], [], []
        for path in editable(repository.work / "projects")[: ROUNDS * 40 : 40]:
            edit(path, "bench")
            commit = repository.commit("one file")
            os.sync()  # what the peers left dirty would be flushed on our account
            steps.append(ours.sync(commit))
            os.sync()
            of_rsync.append(rsync.again())
            of_worktree.append(worktree.again())
        page.add(
            _row("one-file commit, XL, fetch to merged", steps, of_rsync, of_worktree, "under 110 ms, 20 times a peer")
        )
        same = [ours.sync(commit) for _ in range(ROUNDS)]
        page.add(Row("unchanged commit, XL, drift check by stat", milliseconds(same), "under 200 ms"))
        ours.engine.close()


def _row(work: str, ours: list[float], rsync: list[float], worktree: list[float], goal: str) -> Row:
    peers = f"rsync {milliseconds(rsync)} ({ratio(ours, rsync)}), worktree {milliseconds(worktree)} ({ratio(ours, worktree)})"
    return Row(work, milliseconds(ours), goal, peers)
