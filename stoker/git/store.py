"""One bare store on disk: fetching exactly one commit into it, and keeping it small.

Blocking; run through ``offload``. *Success means that the commit is in the store, nothing else*: libgit2 reports success for
an unknown ref with nothing fetched. The last commit stays as a ref, so that the next fetch can say what it has and asks for
what is new only; where that would be another history, or nothing is there yet, for the commit alone at depth 1. The
``shallow`` file is cut to that tip, or it grows for ever and is sent every time. A store that is broken, over one and a
half times a fresh one, or of more than 200 packs is fetched anew beside itself; ``shelf`` puts the new one in its place.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from stoker.errors import CommitGone, GitServerError, StokerError, StoreBroken, StoreUnwritable
from stoker.git import failures
from stoker.git.library import opened, pygit2
from stoker.git.listing import candidates, is_full_hash
from stoker.git.shelf import Shelf, Standing
from stoker.git.ssh_home import ssh_home
from stoker.git.transfer import Transfer
from stoker.git.tree import CommitTree

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from stoker.git.credentials import Credentials
    from stoker.git.urls import Place

TIP: Final = "refs/stoker/tip"
SCRATCH: Final = "refs/stoker/fetch"
FRESH_BYTES: Final = "stoker-fresh-bytes"
PACKS: Final = 200
GROWTH: Final = 1.5
SLACK: Final = 4 * 1024 * 1024
"""A store of a few kilobytes would be fetched anew at every other commit by the factor alone."""
TORN: Final = "pack_git2_"
"""How libgit2 names a pack while it receives it."""
WHOLE_HISTORY: Final = 2**31 - 1
DEPTHS: Final = (1, 2, 10, WHOLE_HISTORY)


class Wanted(NamedTuple):
    """What to fetch: the commit, the ref as users write it, from where, with what, by when (``time.monotonic``)."""

    place: Place
    commit: str
    ref: str
    credentials: Credentials
    until: float


Operation = Literal["clone", "fetch", "present"]


class Moved(NamedTuple):
    """What a fetch did: ``clone`` into a new store, ``fetch`` into an old one, or nothing; and bytes received."""

    operation: Operation
    received: int


def has_commit(store: Path | None, commit: str) -> bool:
    """Whether the store is there and holds the commit; a broken store holds nothing."""
    if store is None:
        return False
    try:
        with opened(store) as repository:
            return _holds(repository, commit)
    except failures.LIBGIT2_ERRORS:
        return False


class Outcome(NamedTuple):
    """How bringing ended, fit to be handed from process to process: ``error`` is what ``moved`` is missing for."""

    standing: Standing
    moved: Moved | None = None
    error: StokerError | None = None


def bring(folder: Path, standing: Standing, wanted: Wanted, stop: threading.Event) -> Outcome:
    """Brings the commit onto the shelf in ``folder``, of which ``standing`` is remembered; what is not needed any more is
    left for ``Shelf.sweep``.

    The errors: CommitGone, StoreUnwritable, HostKeyRefused and what ``failures`` makes of libgit2's. Raises Redirected.
    """
    shelf = Shelf(folder, standing)
    try:
        moved = _bring(shelf, wanted, stop)
    except StokerError as error:
        return Outcome(shelf.standing, error=error)
    return Outcome(shelf.standing, moved)


def _bring(shelf: Shelf, wanted: Wanted, stop: threading.Event) -> Moved:
    newest = shelf.newest()
    if newest is None or not _is_usable(newest):
        return _anew(shelf, wanted, stop)
    if shelf.standing.suspect:
        if is_whole(newest, wanted.commit):
            shelf.standing = shelf.standing._replace(suspect=False)
            return Moved("present", 0)
        return _anew(shelf, wanted, stop)
    if _is_overgrown(newest):
        try:
            return _anew(shelf, wanted, stop)
        except StoreUnwritable:  # no room for a second store: the old one still serves
            return Moved("fetch", _into(newest, shelf, wanted, stop))
    try:
        return Moved("fetch", _into(newest, shelf, wanted, stop))
    except (StoreBroken, StoreUnwritable) as error:
        if failures.is_disk_full(error):
            raise
        return _anew(shelf, wanted, stop)


def is_whole(store: Path, commit: str) -> bool:
    """Whether every file of the commit can be read: costs a read of all of it."""
    try:
        with opened(store) as repository:
            tree = CommitTree(repository, commit, where="the store")
        for entry in tree.walk(""):
            if entry.kind != "submodule":
                tree.read(entry.blob)
    except (StokerError, *failures.LIBGIT2_ERRORS):
        return False
    return True


def _anew(shelf: Shelf, wanted: Wanted, stop: threading.Event) -> Moved:
    try:
        fresh = shelf.begin()
        pygit2.init_repository(str(fresh), bare=True).free()
    except failures.LIBGIT2_ERRORS as error:
        raise failures.of_disk(error, wanted.place.shown) from None
    try:
        received = _into(fresh, shelf, wanted, stop)
        (fresh / FRESH_BYTES).write_text(str(_pack_sizes(fresh)[1]), encoding="ascii")
        shelf.publish(fresh)
        shelf.standing = shelf.standing._replace(suspect=False)
    except StoreBroken as error:  # nothing of ours was there that could be broken
        raise GitServerError(f"{error}; what the server sent cannot be used") from None
    except OSError as error:
        raise failures.of_disk(error, wanted.place.shown) from None
    return Moved("clone", received)


def _into(store: Path, shelf: Shelf, wanted: Wanted, stop: threading.Event) -> int:
    shown = wanted.place.shown
    try:
        _clear_torn_packs(store)
        # Of ssh and git:// nobody dies of a redirect: there the mark would say nothing, and stay when a worker is killed.
        marked = shelf.under_way() if wanted.place.transport == "http" else contextlib.nullcontext()
        with opened(store) as repository, ssh_home(wanted.place, wanted.credentials.ssh, until=wanted.until), marked:
            transfer = Transfer(repository, wanted.place, wanted.credentials, stop=stop, until=wanted.until)
            _climb(repository, transfer, shelf, wanted)
            _tidy(repository, store, wanted.commit)
            return transfer.received
    except failures.LIBGIT2_ERRORS as error:
        raise failures.of_libgit2(error, shown) from None
    finally:
        with contextlib.suppress(OSError):
            (store / "FETCH_HEAD").unlink()


def _clear_torn_packs(store: Path) -> None:
    """What a fetch that was killed had received: nobody else writes here, and libgit2 never takes it up again."""
    for torn in (store / "objects" / "pack").glob(f"{TORN}*"):
        torn.unlink(missing_ok=True)


def _climb(repository: pygit2.Repository, transfer: Transfer, shelf: Shelf, wanted: Wanted) -> None:
    """By hash first; a server that refuses hashes is asked for the ref, ever deeper. CommitGone when it is not to be had."""
    try:
        if TIP not in repository.references or not transfer.fetch_news(wanted.commit):
            transfer.fetch_hash(wanted.commit)
    except failures.HashRefused:
        _descend(repository, transfer, shelf, wanted)
    if not _holds(repository, wanted.commit):
        raise CommitGone(
            f"{wanted.place.shown}: commit {wanted.commit} is not to be had (ref {wanted.ref!r} does not contain it); it"
            " was removed by a forced push, or the hash is not that of a commit; push again or resolve the ref again"
        )


def _descend(repository: pygit2.Repository, transfer: Transfer, shelf: Shelf, wanted: Wanted) -> None:
    """The history of the ref, down to the commit; once it was searched to its end, these tips are not searched again."""
    for depth in DEPTHS:
        transfer.fetch(_names(wanted.ref), depth=depth)
        tips = frozenset(str(repository.references[name].target) for name in _scratch(repository))
        if _holds(repository, wanted.commit) or not tips or shelf.standing.fruitless == (wanted.commit, tips):
            return
        if depth == WHOLE_HISTORY:
            shelf.standing = shelf.standing._replace(fruitless=(wanted.commit, tips))


def _names(ref: str) -> list[str]:
    """Refspecs for what ``ref`` may mean; a hash says nothing of where it is."""
    if is_full_hash(ref):
        return [f"+refs/heads/*:{SCRATCH}/heads/*", f"+refs/tags/*:{SCRATCH}/tags/*"]
    return [f"+{name}:{SCRATCH}/{index}" for index, name in enumerate(candidates(ref))]


def _tidy(repository: pygit2.Repository, store: Path, commit: str) -> None:
    repository.references.create(TIP, commit, force=True)
    for name in _scratch(repository):
        repository.references.delete(name)
    shallow, only = store / "shallow", f"{commit}\n"
    if shallow.exists() and shallow.read_text(encoding="ascii") != only:
        aside = store / "shallow.stoker"
        aside.write_text(only, encoding="ascii")
        aside.replace(shallow)


def _scratch(repository: pygit2.Repository) -> list[str]:
    return [name for name in repository.references if name.startswith(f"{SCRATCH}/")]


def _holds(repository: pygit2.Repository, commit: str) -> bool:
    found: object = repository.get(commit)
    return isinstance(found, pygit2.Commit) and str(found.id) == commit


def _is_usable(store: Path) -> bool:
    """Whether it opens, and its last commit and that one's root can be read."""
    try:
        with opened(store) as repository:
            tip: object = repository.get(repository.references[TIP].target)
            return (
                isinstance(tip, pygit2.Commit) and repository.odb.read(tip.tree_id)[0] == pygit2.enums.ObjectType.TREE
            )
    except failures.LIBGIT2_ERRORS:
        return False


def _is_overgrown(store: Path) -> bool:
    try:
        packs, size = _pack_sizes(store)
        fresh = int((store / FRESH_BYTES).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return True
    return packs > PACKS or size > GROWTH * fresh + SLACK


def _pack_sizes(store: Path) -> tuple[int, int]:
    """How many packs, and the bytes of all files beside them."""
    with os.scandir(store / "objects" / "pack") as entries:
        found = [(entry.name, entry.stat().st_size) for entry in entries]
    return sum(name.endswith(".pack") for name, _ in found), sum(size for _, size in found)
