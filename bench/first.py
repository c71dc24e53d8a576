"""First syncs: from the start of the process ``stoker standalone`` to all files live, beside the two peers."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING

from bench.peers import RsyncPeer, WorktreePeer
from bench.serving import Served, daemon, make, manifests
from bench.standalone import standalone, until_synced
from bench.table import Page, Row, milliseconds, ratio

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.standalone.samples import Size

ROUNDS = 5
GOALS: dict[Size, tuple[str, str]] = {"XL": ("under 4 s", "7.6 s"), "M": ("under 0.7 s", "0.9 s")}


def measure(page: Page, base: Path) -> None:
    """A row for each size."""
    for size, (goal, of_go) in GOALS.items():
        home = base / f"first-{size}"
        (home / "served").mkdir(parents=True)
        with daemon(home / "served") as root:
            served = make(home, home / "served", size, root)
            ours, of_rsync, of_worktree = [], [], []
            for _ in range(ROUNDS):
                ours.append(_ours(served, home))
                of_rsync.append(_peer(RsyncPeer(served.url, home / "peer"), home / "peer"))
                of_worktree.append(_peer(WorktreePeer(served.url, home / "peer"), home / "peer"))
        peers = f"rsync {milliseconds(of_rsync)} ({ratio(ours, of_rsync)}), worktree {milliseconds(of_worktree)}"
        peers += f" ({ratio(ours, of_worktree)}), Go {of_go}"
        work = f"first sync, {size} ({served.files:,} files), process start to all live"
        page.add(Row(work, milliseconds(ours), f"{goal}, no slower than the shell", peers))
        shutil.rmtree(home)


def _peer(peer: RsyncPeer | WorktreePeer, home: Path) -> float:
    home.mkdir()
    os.sync()
    try:
        return peer.first()
    finally:
        shutil.rmtree(home)


def _ours(served: Served, home: Path) -> float:
    data, state = home / "data", home / "state"
    data.mkdir()
    file = manifests(home / "manifests.yaml", url=served.url, data=data, gateway="http://127.0.0.1:9")
    os.sync()
    begun = time.perf_counter()
    with standalone(file, state) as process:
        until_synced(process)
        took = time.perf_counter() - begun
    shutil.rmtree(data)
    shutil.rmtree(state)
    return took
