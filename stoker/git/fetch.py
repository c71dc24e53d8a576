"""The stores of a process: one fetch at a time in each, and the same commit fetched once for all who ask."""

from __future__ import annotations

import copy
import time
from functools import partial
from typing import TYPE_CHECKING, Literal

import trio

from stoker.errors import CommitGone, GitServerError, StokerError, StoreBroken
from stoker.git import failures, store
from stoker.git.heads import open_local
from stoker.git.library import READ_TIMEOUT, bound_libgit2, opened
from stoker.git.redirects import Redirects
from stoker.git.shelves import Shelves
from stoker.git.tree import CommitTree
from stoker.git.tunnels import vouch
from stoker.git.urls import place
from stoker.values import Mutable, Value, field

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from stoker.git.credentials import Credentials
    from stoker.git.offload import Offload
    from stoker.git.shelf import Shelf
    from stoker.git.urls import Place

FOLLOW_WITHIN = 30.0
Operation = Literal["clone", "fetch", "present", "in-place"]


class Fetched(Value, frozen=True):
    """How the commit came: ``present`` needed nothing, ``in-place`` is a file:// repository. Seconds and bytes."""

    operation: Operation
    duration: float
    received_bytes: int


class _Flight(Mutable):
    """A fetch that others may wait for; ``error`` is theirs too. Neither set at the end: it was cancelled."""

    ended: trio.Event = field(default_factory=trio.Event)
    error: StokerError | None = None
    arrived: bool = False


class StorePool:
    """Stores below ``root``, one shelf a repository URL."""

    def __init__(
        self,
        root: Path,
        *,
        offload: Offload,
        ssh: Offload | None = None,
        fetch_deadline: float = 600.0,
        read_timeout: float = READ_TIMEOUT,
    ) -> None:
        """``ssh``: how ssh runs where that differs, because known hosts are the process's. ``fetch_deadline``: seconds for
        one fetch; ``read_timeout``: for each connect and read of it."""
        self._offload = offload
        self._ssh = ssh or offload
        self._deadline = fetch_deadline
        self._shelves = Shelves(root)
        self._flights: dict[tuple[str, str, str], _Flight] = {}
        self._redirects = Redirects()
        bound_libgit2(read_timeout=read_timeout)

    async def ensure(self, url: str, commit: str, ref: str, credentials: Credentials) -> Fetched:
        """Afterwards ``tree(url, commit)`` works. Raises CommitGone, GitTimeout, GitUnreachable, GitAuthFailed, …"""
        where = place(url)
        began = trio.current_time()
        credentials = credentials.at(where)
        if where.transport == "file":
            await self._offload(partial(_check_local, where, commit), deadline=self._deadline, what=where.shown)
            return Fetched("in-place", trio.current_time() - began, 0)
        key = where.url, commit, credentials.fingerprint
        while (flight := self._flights.get(key)) is not None:
            await flight.ended.wait()
            if flight.error is not None:
                raise copy.copy(flight.error)
            if flight.arrived:
                return Fetched("present", trio.current_time() - began, 0)
        flight = self._flights[key] = _Flight()
        try:
            moved = await self._bring(where, commit, ref, credentials)
            flight.arrived = True
        except StokerError as error:
            flight.error = error
            raise
        finally:
            del self._flights[key]
            flight.ended.set()
        return Fetched(moved.operation, trio.current_time() - began, moved.received)

    def tree(self, url: str, commit: str) -> CommitTree:
        """The commit as a tree, blocking but quick; CommitGone when ``ensure`` was not called for it, StoreBroken."""
        where = place(url)
        if where.transport == "file":
            with open_local(where) as local:
                return CommitTree(local, commit, where=where.shown)
        shelf = self._shelves.of(where).shelf
        with shelf.choosing:
            newest = shelf.newest()
            if newest is None:
                raise CommitGone(f"{where.shown}: commit {commit} was not fetched yet")
            try:
                with opened(newest) as repository:
                    tree = CommitTree(repository, commit, where=where.shown)
            except failures.LIBGIT2_ERRORS as error:
                raise failures.of_store(error, f"the store of {where.shown}") from None
            shelf.lease(tree, newest)
        return tree

    def holds_store(self, url: str) -> bool:
        """Is there a store for this repository, so that the next ``ensure`` is a fetch and no clone?"""
        try:
            where = place(url)
            return where.transport != "file" and self._shelves.of(where).shelf.newest() is not None
        except (StokerError, OSError):
            return False

    def discard(self, url: str) -> None:
        """A store turned out broken while it was read: the next ``ensure`` reads all of it, and fetches anew if it is."""
        where = place(url)
        if where.transport != "file":
            shelf = self._shelves.of(where).shelf
            shelf.standing = shelf.standing._replace(suspect=True)

    async def _bring(self, where: Place, commit: str, ref: str, credentials: Credentials) -> store.Moved:
        held = self._shelves.ask(where)
        shelf = held.shelf
        async with held.lock:
            shelf.sweep()  # quick unless something is left from a crash or from readers that are gone by now
            if not shelf.standing.suspect and store.has_commit(shelf.newest(), commit):
                return store.Moved("present", 0)
            if where.transport == "http" and shelf.died_fetching:
                # Of a redirect without a host, or to a bare name, libgit2 dies with the process. Ours reads it and says so; asked
                # each time it would cost every first fetch a request more.
                await self._redirects.follow(where, credentials, timeout=FOLLOW_WITHIN)
            try:
                return await self._attempt(shelf, where, commit, ref, credentials)
            except failures.Redirected:
                self._redirects.forget(where, credentials)
                await self._redirects.follow(where, credentials, timeout=FOLLOW_WITHIN)
            try:
                return await self._attempt(shelf, where, commit, ref, credentials)
            except failures.Redirected:
                raise GitServerError(f"{where.shown}: it redirects again and again; correct the URL") from None

    async def _attempt(
        self, shelf: Shelf, where: Place, commit: str, ref: str, credentials: Credentials
    ) -> store.Moved:
        target, shown_there = self._redirects.apply(where, credentials)
        wanted = store.Wanted(target, commit, ref, shown_there, time.monotonic() + self._deadline)
        work = partial(store.bring, shelf.folder, shelf.standing, wanted)
        offload = self._ssh if where.transport == "ssh" else self._offload
        try:
            await vouch(target, timeout=min(FOLLOW_WITHIN, self._deadline))
            outcome = await offload(work, deadline=self._deadline, what=where.shown)
            shelf.standing = outcome.standing
            if outcome.moved is None:
                raise outcome.error or StoreBroken(f"the store of {where.shown}: nothing came of its fetch")
            return outcome.moved
        except StokerError:
            self._redirects.forget(where, credentials)
            raise
        finally:
            shelf.sweep()


def _check_local(where: Place, commit: str, stop: threading.Event) -> None:
    del stop
    try:
        with open_local(where) as local:
            CommitTree(local, commit, where=where.shown)
    except StoreBroken as error:
        raise StoreBroken(f"{error}; run git fsck there") from None
