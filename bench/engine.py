"""Fetch to merged, on the XL sample served by git daemon: one-file commits and an unchanged commit, beside two peers.

A one-file commit is measured twice over: until what it changes is live, and until every other file was compared too,
which is what the peers do before they are done.
"""

from __future__ import annotations

import os
import statistics
import time
from functools import partial
from typing import TYPE_CHECKING

import trio

from bench.peers import RsyncPeer, WorktreePeer
from bench.serving import Served, daemon, make
from bench.table import Page, Row, milliseconds, ratio
from stoker.agent.profile import PROTECTION
from stoker.git.credentials import Credentials
from stoker.git.fetch import StorePool
from stoker.git.offload import Thread
from stoker.sync.engine import Engine
from stoker.sync.plan import MappingRule, SyncRequest

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = 15
GO = 4.7


class Bench:
    """One engine over one store, as an agent drives it."""

    def __init__(self, url: str, base: Path) -> None:
        (base / "live").mkdir(parents=True)
        self.url = url
        self.stores = StorePool(base / "git", offload=Thread())
        self.engine = Engine(base / "live", protection=PROTECTION)
        self.fetches: list[float] = []
        self.live: list[float] = []

    def sync(self, commit: str) -> float:
        """Fetch to the end of the whole comparison, in seconds, as an agent does it.

        The fetch's own share goes to ``fetches``, the time until what the commit changes was live to ``live``.
        """
        begun = time.perf_counter()
        trio.run(partial(self.stores.ensure, self.url, commit, "main", Credentials.none()))
        self.fetches.append(time.perf_counter() - begun)
        tree = self.stores.tree(self.url, commit)
        request = SyncRequest(commit, "main", tree, (MappingRule("projects", "projects"),))
        news = self.engine.prepare_news(request)
        if news is not None and not news.is_noop:
            self.engine.merge(self.engine.stage(news))
            self.live.append(time.perf_counter() - begun)
        prepared = self.engine.prepare(request)
        if prepared.is_noop:
            self.engine.record(prepared)
        else:
            self.engine.merge(self.engine.stage(prepared))
        return time.perf_counter() - begun


def measure(page: Page, base: Path) -> None:
    """All rows of this section."""
    (base / "served").mkdir()
    with daemon(base / "served") as root:
        served = make(base, base / "served", "XL", root)
        ours = Bench(served.url, base / "stoker")
        ours.engine.open()
        ours.engine.settle()
        try:
            _rows(page, base, served, ours)
        finally:
            ours.engine.close()


def _rows(page: Page, base: Path, served: Served, ours: Bench) -> None:
    (base / "rsync").mkdir()
    (base / "worktree").mkdir()
    rsync, worktree = RsyncPeer(served.url, base / "rsync"), WorktreePeer(served.url, base / "worktree")
    ours.sync(served.commit)
    rsync.first()
    worktree.first()
    ours.fetches.clear()
    whole, of_rsync, of_worktree = [], [], []
    for _ in range(ROUNDS):
        commit = served.change_one()
        os.sync()  # what the peers left dirty would be flushed on our account
        whole.append(ours.sync(commit))
        os.sync()
        of_rsync.append(rsync.again())
        of_worktree.append(worktree.again())
    if len(ours.live) != ROUNDS:
        raise RuntimeError("a one-file commit was not merged before the rest was compared")
    steps = ours.live
    times = f"rsync {milliseconds(of_rsync)} ({ratio(steps, of_rsync)}), worktree {milliseconds(of_worktree)}"
    times += f" ({ratio(steps, of_worktree)}), Go {GO:g} s and more ({GO / statistics.median(steps):.0f} times)"
    work = f"one-file commit, XL ({served.files:,} files), fetch to merged"
    page.add(Row(work, milliseconds(steps), "under 110 ms; 20 times a peer, 50 times Go", times))
    own = [step - fetch for step, fetch in zip(steps, ours.fetches, strict=True)]
    page.add(Row("… of which compare, stage and merge", milliseconds(own), "–"))
    both = f"rsync {ratio(whole, of_rsync)}, worktree {ratio(whole, of_worktree)}"
    both += f", Go {GO / statistics.median(whole):.0f} times"
    page.add(Row("… and until all other files were compared too", milliseconds(whole), "–", both))
    page.add(Row("… of which the fetch, most of it the server's own time", milliseconds(ours.fetches), "–"))
    same = [ours.sync(served.commit) for _ in range(ROUNDS)]
    page.add(Row("unchanged commit, XL, full drift check by stat", milliseconds(same), "under 200 ms, 0 bytes written"))
