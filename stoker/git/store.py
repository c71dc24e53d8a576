"""One repository's bare store on disk: opening, fetching exactly one commit, and staying small.

Blocking; run through ``offload``. *Success means that the commit is in the store, nothing else*: libgit2 reports success for
an unknown ref with nothing fetched. The last commit stays as a ref, so that the next fetch can say what it has; the
``shallow`` file is cut to that tip, or it grows for ever and is sent every time. A store that is broken, over one and a
half times a fresh one, or of more than 200 packs is fetched anew beside itself and swapped in.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from typing import TYPE_CHECKING, Final, NamedTuple

import pygit2

from stoker.errors import CommitGone, GitTimeout, StokerError
from stoker.git import failures
from stoker.git.listing import candidates, is_full_hash

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from stoker.git.credentials import Credentials
    from stoker.git.urls import Place

TIP: Final = "refs/stoker/tip"
SCRATCH: Final = "refs/stoker/fetch"
PACKS: Final = 200
GROWTH: Final = 1.5
SLACK: Final = 4 * 1024 * 1024
WHOLE_HISTORY: Final = 2**31 - 1
DEPTHS: Final = (1, 2, 10, WHOLE_HISTORY)
READ_TIMEOUT_MS: Final = 20_000
MAPPED_LIMIT: Final = 32 * 1024 * 1024


def bound_libgit2() -> None:
    """Bounds that libgit2 has off: each read and connect of a server, and how much of packs is mapped.

    Objects are hashed when they arrive and not again on each read, as git itself does: zlib's checksum finds damage of the
    disk, and hashing 75 MB once more would be a third of reading them.
    """
    pygit2.option(pygit2.enums.Option.SET_SERVER_TIMEOUT, READ_TIMEOUT_MS)
    pygit2.option(pygit2.enums.Option.SET_SERVER_CONNECT_TIMEOUT, READ_TIMEOUT_MS)
    pygit2.option(pygit2.enums.Option.SET_MWINDOW_MAPPED_LIMIT, MAPPED_LIMIT)
    pygit2.option(pygit2.enums.Option.SET_OWNER_VALIDATION, 0)
    pygit2.option(pygit2.enums.Option.ENABLE_STRICT_HASH_VERIFICATION, False)


class Wanted(NamedTuple):
    """What to fetch: the commit, the ref as users write it, from where, with what."""

    place: Place
    commit: str
    ref: str
    credentials: Credentials


class Moved(NamedTuple):
    """What a fetch did: ``clone`` into a new store or ``fetch`` into an old one, and bytes received."""

    operation: str
    received: int


def has_commit(path: Path, commit: str) -> bool:
    """Whether the store is there and holds the commit; a broken store holds nothing."""
    try:
        return isinstance(pygit2.Repository(str(path)).get(commit), pygit2.Commit)
    except failures.LIBGIT2_ERRORS:
        return False


def fetch(path: Path, wanted: Wanted, stop: threading.Event, *, deadline: float) -> Moved:
    """Brings the commit into the store at ``path``; CommitGone and what ``failures`` makes of libgit2's errors."""
    if path.exists() and _usable(path) and not _overgrown(path):
        try:
            return Moved("fetch", _fetch_into(path, wanted, stop, deadline))
        except CommitGone:
            raise
        except StokerError:
            if _sound(path):
                raise
    return _anew(path, wanted, stop, deadline)


def _anew(path: Path, wanted: Wanted, stop: threading.Event, deadline: float) -> Moved:
    fresh = path.with_name(path.name + ".fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    pygit2.init_repository(str(fresh), bare=True)
    try:
        received = _fetch_into(fresh, wanted, stop, deadline)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    (fresh / "stoker-fresh-bytes").write_text(str(_pack_bytes(fresh)), encoding="ascii")
    old = path.with_name(path.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if path.exists():
        path.rename(old)
    fresh.rename(path)
    shutil.rmtree(old, ignore_errors=True)
    return Moved("clone", received)


def _fetch_into(path: Path, wanted: Wanted, stop: threading.Event, deadline: float) -> int:
    repository = pygit2.Repository(str(path))
    progress = _Progress(wanted, stop, deadline)
    remote = repository.remotes.create_anonymous(wanted.place.url)
    refused: StokerError | None = None
    for refspecs, depth in _ladder(wanted):
        try:
            remote.fetch(refspecs, callbacks=progress, depth=depth)
        except failures.LIBGIT2_ERRORS as error:
            if progress.given_up is not None:
                raise progress.given_up from None
            refused = failures.of_libgit2(error, wanted.place.shown)
            if depth != 1 or refspecs != [wanted.commit] or _is_about_reaching(refused):
                raise refused from None
        if repository.get(wanted.commit) is not None:
            break
    if repository.get(wanted.commit) is None:
        raise CommitGone(
            f"{wanted.place.shown}: commit {wanted.commit} is not to be had (ref {wanted.ref!r} does not contain it);"
            " it was removed by a forced push, or the server does not serve hashes: name a branch or tag"
        )
    _tidy(repository, path, wanted.commit)
    return progress.received


def _ladder(wanted: Wanted) -> list[tuple[list[str], int]]:
    """By hash first; a server that refuses hashes is asked for the ref, ever deeper."""
    steps: list[tuple[list[str], int]] = [([wanted.commit], 1)]
    if is_full_hash(wanted.ref):
        names = [f"+refs/heads/*:{SCRATCH}/heads/*", f"+refs/tags/*:{SCRATCH}/tags/*"]
    else:
        names = [f"+{name}:{SCRATCH}/{index}" for index, name in enumerate(candidates(wanted.ref))]
    return steps + [(names, depth) for depth in DEPTHS]


def _is_about_reaching(error: StokerError) -> bool:
    """Asking otherwise does not help when the server cannot be reached or refuses the credential."""
    return error.reason in {"GitUnreachable", "GitTimeout", "GitAuthFailed", "RepositoryNotFound"}


def _tidy(repository: pygit2.Repository, path: Path, commit: str) -> None:
    repository.references.create(TIP, commit, force=True)
    for name in [name for name in repository.references if name.startswith(f"{SCRATCH}/")]:
        repository.references.delete(name)
    shallow = path / "shallow"
    if shallow.exists():
        found: object = repository.get(commit)
        boundary = isinstance(found, pygit2.Commit) and any(
            repository.get(parent) is None for parent in found.parent_ids
        )
        lines = shallow.read_text(encoding="ascii").split()
        if commit in lines or boundary:
            shallow.write_text(f"{commit}\n", encoding="ascii")
    with contextlib.suppress(OSError):
        (path / "FETCH_HEAD").unlink()


def _usable(path: Path) -> bool:
    try:
        repository = pygit2.Repository(str(path))
        tip = repository.references.get(TIP)
    except failures.LIBGIT2_ERRORS:
        return False
    return tip is not None


def _sound(path: Path) -> bool:
    """Whether the last commit can be read; what cannot is fetched anew."""
    try:
        repository = pygit2.Repository(str(path))
        tip: object = repository.get(repository.references[TIP].target)
        return isinstance(tip, pygit2.Commit) and _is_tree(repository.get(tip.tree_id))
    except failures.LIBGIT2_ERRORS:
        return False


def _is_tree(found: object) -> bool:
    return isinstance(found, pygit2.Tree)


def _overgrown(path: Path) -> bool:
    packs = list((path / "objects" / "pack").glob("*.pack"))
    if len(packs) > PACKS:
        return True
    try:
        fresh = int((path / "stoker-fresh-bytes").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return False
    return _pack_bytes(path) > GROWTH * fresh + SLACK


def _pack_bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in (path / "objects" / "pack").iterdir())


class _Progress(pygit2.RemoteCallbacks):
    """Shows the credential to the one host it is for, counts bytes, and gives a fetch up at its deadline."""

    def __init__(self, wanted: Wanted, stop: threading.Event, deadline: float) -> None:
        super().__init__()
        self._wanted = wanted
        self._stop = stop
        self._until = time.monotonic() + deadline
        self._shown_credential = False
        self.received = 0
        self.given_up: StokerError | None = None

    def credentials(self, url: str, username_from_url: str | None, allowed_types: object) -> pygit2.UserPass:  # noqa: ARG002 - libgit2's signature
        """Once; a server that asks again refused it."""
        pair = self._wanted.credentials.pair
        shown = self._wanted.place.shown
        if pair is None:
            raise pygit2.GitError(f"401: {shown} wants a credential and spec.git.auth has none")
        if self._shown_credential:
            raise pygit2.GitError(f"401: {shown} refused the credential")
        self._shown_credential = True
        return pygit2.UserPass(*pair)

    def transfer_progress(self, stats: pygit2.remotes.TransferProgress) -> None:
        """Called while objects arrive."""
        self.received = stats.received_bytes
        if self._stop.is_set() or time.monotonic() > self._until:
            self.given_up = GitTimeout(f"{self._wanted.place.shown}: fetch given up after its deadline; it begins anew")
            raise self.given_up
