"""The two ways plants do it today, as small as they can be: a shell's fetch and rsync, and git-sync's worktree and rsync."""

from __future__ import annotations

import shutil
import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def git(folder: Path, *words: str) -> str:
    """Runs git quietly in ``folder``."""
    done = subprocess.run(
        ["git", "-c", "advice.detachedHead=false", *words], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


class RsyncPeer:
    """``git fetch --depth 1`` into one clone, checkout, ``rsync -a --delete`` into the data directory."""

    name = "rsync"

    def __init__(self, url: str, base: Path) -> None:
        self.clone = base / "clone"
        self.live = base / "live"
        self.url = url

    def first(self) -> float:
        """First sync, in seconds."""
        self.live.mkdir(parents=True)
        begun = time.perf_counter()
        git(self.live.parent, "clone", "-q", "--depth", "1", self.url, str(self.clone))
        self._copy()
        return time.perf_counter() - begun

    def again(self) -> float:
        """The next commit of the branch, in seconds."""
        begun = time.perf_counter()
        git(self.clone, "fetch", "-q", "--depth", "1", "origin", "main")
        git(self.clone, "checkout", "-q", "FETCH_HEAD")
        self._copy()
        return time.perf_counter() - begun

    def _copy(self) -> None:
        rsync(self.clone / "projects", self.live / "projects")


class WorktreePeer:
    """A new worktree of the new commit beside the old, ``rsync`` from it, the old one removed."""

    name = "worktree"

    def __init__(self, url: str, base: Path) -> None:
        self.clone = base / "bare"
        self.base = base
        self.live = base / "live"
        self.url = url
        self.tree: Path | None = None

    def first(self) -> float:
        """First sync, in seconds."""
        self.live.mkdir(parents=True)
        begun = time.perf_counter()
        git(self.base, "clone", "-q", "--bare", "--depth", "1", self.url, str(self.clone))
        self._swap("HEAD")
        return time.perf_counter() - begun

    def again(self) -> float:
        """The next commit of the branch, in seconds."""
        begun = time.perf_counter()
        git(self.clone, "fetch", "-q", "--depth", "1", "origin", "main")
        self._swap("FETCH_HEAD")
        return time.perf_counter() - begun

    def _swap(self, rev: str) -> None:
        commit = git(self.clone, "rev-parse", rev)
        fresh = self.base / commit
        git(self.clone, "worktree", "add", "-q", "--detach", str(fresh), commit)
        rsync(fresh / "projects", self.live / "projects")
        if self.tree:
            shutil.rmtree(self.tree)
            git(self.clone, "worktree", "prune")
        self.tree = fresh


def rsync(source: Path, target: Path) -> None:
    """``rsync -a --delete`` of a folder's contents."""
    subprocess.run(["rsync", "-a", "--delete", "--exclude=.resources", f"{source}/", f"{target}/"], check=True)
