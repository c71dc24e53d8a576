"""The stores of a process: one a repository, one fetch at a time in each, the same commit fetched once for all who ask."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import pygit2
import trio

from stoker.errors import StoreBroken
from stoker.git import failures, store
from stoker.git.remote import open_local
from stoker.git.tree import CommitTree
from stoker.git.urls import place

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from stoker.git.credentials import Credentials
    from stoker.git.offload import Offload
    from stoker.git.urls import Place

Operation = Literal["clone", "fetch", "present", "in-place"]


@dataclass(frozen=True)
class Fetched:
    """How the commit came: ``present`` needed nothing, ``in-place`` is a file:// repository. Seconds and bytes."""

    operation: Operation
    duration: float
    received_bytes: int


class StorePool:
    """Stores below ``root``, one folder a repository URL, named by digest so that no URL is kept on disk."""

    def __init__(self, root: Path, *, offload: Offload, fetch_deadline: float = 600.0) -> None:
        self._root = root
        self._offload = offload
        self._deadline = fetch_deadline
        self._locks: dict[str, trio.Lock] = {}
        store.bound_libgit2()

    async def ensure(self, url: str, commit: str, ref: str, credentials: Credentials) -> Fetched:
        """Afterwards ``tree(url, commit)`` works. Raises CommitGone, GitTimeout, GitUnreachable, GitAuthFailed, …"""
        where = place(url)
        began = trio.current_time()
        if where.transport == "file":
            await self._offload(partial(_check_local, where, commit), deadline=self._deadline, what=where.shown)
            return Fetched("in-place", trio.current_time() - began, 0)
        path = self._path(url)
        async with self._locks.setdefault(url, trio.Lock()):
            if store.has_commit(path, commit):
                return Fetched("present", trio.current_time() - began, 0)
            path.parent.mkdir(parents=True, exist_ok=True)
            wanted = store.Wanted(where, commit, ref, credentials)

            def work(stop: threading.Event) -> store.Moved:
                return store.fetch(path, wanted, stop, deadline=self._deadline)

            moved = await self._offload(work, deadline=self._deadline, what=where.shown)
        operation: Operation = "clone" if moved.operation == "clone" else "fetch"
        return Fetched(operation, trio.current_time() - began, moved.received)

    def tree(self, url: str, commit: str) -> CommitTree:
        """The commit as a tree, blocking but quick; CommitGone when ``ensure`` was not called for it, StoreBroken."""
        where = place(url)
        if where.transport == "file":
            return CommitTree(open_local(where), commit, where=where.shown)
        try:
            repository = pygit2.Repository(str(self._path(url)))
        except failures.LIBGIT2_ERRORS as error:
            raise failures.of_store(error, f"the store of {where.shown}") from None
        return CommitTree(repository, commit, where=where.shown)

    def holds_store(self, url: str) -> bool:
        """Is there a store for this repository, so that the next ``ensure`` is a fetch and no clone?"""
        try:
            return self._path(url).exists()
        except OSError:
            return False

    def discard(self, url: str) -> None:
        """Forgets a store that turned out broken while it was read; the next ``ensure`` fetches anew."""
        if place(url).transport != "file":
            shutil.rmtree(self._path(url), ignore_errors=True)

    def _path(self, url: str) -> Path:
        return self._root / f"{hashlib.sha256(url.encode()).hexdigest()[:24]}.git"


def _check_local(where: Place, commit: str, stop: threading.Event) -> None:
    del stop
    try:
        CommitTree(open_local(where), commit, where=where.shown)
    except StoreBroken as error:
        raise StoreBroken(f"{where.shown}: {error}; run git fsck there") from None
