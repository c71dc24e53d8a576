"""A ref to a commit, for every transport, within one bound and without a clone."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Self

import trio

from stoker.errors import GitTimeout, RepositoryNotFound, StoreBroken
from stoker.git import failures
from stoker.git.http import new_client
from stoker.git.library import READ_TIMEOUT, bound_libgit2, opened, pygit2
from stoker.git.listing import RefListing, Resolution, is_full_hash, pick, prefixes
from stoker.git.lsrefs import ls_refs
from stoker.git.urls import Place, place

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Sequence

    import httpx

    from stoker.git.credentials import Credentials
    from stoker.git.offload import Offload


class Remote:
    """Owns one HTTP client with kept connections; an async context manager."""

    def __init__(self, offload: Offload, *, timeout: float = 30.0, read_timeout: float = READ_TIMEOUT) -> None:
        """``timeout``: seconds that one look-up may take as a whole; ``read_timeout``: each connect and read of git://."""
        self._offload = offload
        self._timeout = timeout
        self._http: httpx.AsyncClient | None = None
        bound_libgit2(read_timeout=read_timeout)

    async def __aenter__(self) -> Self:
        """Ready at once."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Closes the connections."""
        if self._http is not None:
            with trio.CancelScope(shield=True, deadline=trio.current_time() + 2):
                await self._http.aclose()

    async def resolve(self, url: str, ref: str, credentials: Credentials) -> Resolution:
        """The commit of ``ref``; a full hash is taken as it is, without asking."""
        if is_full_hash(ref):
            return Resolution(ref.lower(), ref.lower())
        listing = await self.list_refs(url, (ref,), credentials)
        return pick(listing, ref, shown=place(url).shown)

    async def list_refs(self, url: str, wanted: Sequence[str], credentials: Credentials) -> RefListing:
        """What the server says about the refs that ``wanted`` may mean (more may be in it).

        Raises GitTimeout, GitUnreachable, GitAuthFailed, RepositoryNotFound, GitServerError, GitUrlInvalid,
        TransportUnsupported.
        """
        where = place(url)
        if where.transport == "http":
            with trio.move_on_after(self._timeout):
                return await ls_refs(self._client(), where.url, wanted, credentials.at(where), shown=where.shown)
            raise GitTimeout(f"{where.shown}: no answer within {self._timeout:g} s; check the server and the network")
        work = _of_path if where.transport == "file" else _of_git
        return await self._offload(partial(work, where, wanted), deadline=self._timeout, what=where.shown)

    def _client(self) -> httpx.AsyncClient:
        """Made when first needed: reading the authorities that TLS trusts takes 80 ms, and not every URL is http."""
        if self._http is None:
            self._http = new_client(timeout=self._timeout)
        return self._http


@contextmanager
def open_local(where: Place) -> Iterator[pygit2.Repository]:
    """The repository of a file:// URL, wherever its ``.git`` is; RepositoryNotFound when there is none."""
    with ExitStack() as held:
        try:
            repository = held.enter_context(opened(where.path))
        except failures.LIBGIT2_ERRORS as error:
            raise RepositoryNotFound(
                f"{where.shown}: no readable git repository there ({error}); check spec.git.repo"
            ) from None
        yield repository


def _of_path(where: Place, wanted: Sequence[str], stop: threading.Event) -> RefListing:
    del stop
    with open_local(where) as repository:
        return _listing_of(repository, wanted, where.shown)


def _listing_of(repository: pygit2.Repository, wanted: Sequence[str], shown: str) -> RefListing:
    refs: dict[str, str] = {}
    peeled: dict[str, str] = {}
    try:
        for name in prefixes(wanted):
            found: object = _object_of(repository, name)
            if isinstance(found, pygit2.Object):
                refs[name] = str(found.id)
            if isinstance(found, pygit2.Tag):
                peeled[name] = str(found.peel(None).id)
        anything = bool(refs) or next(iter(repository.references.iterator()), None) is not None
    except failures.LIBGIT2_ERRORS as error:
        raise StoreBroken(f"{shown}: {error}; run git fsck there") from None
    return RefListing(refs, peeled, any_refs=anything)


def _object_of(repository: pygit2.Repository, name: str) -> object:
    """What a ref stands for, a tag object unpeeled; None for a ref that is not there or leads nowhere."""
    try:
        reference = repository.references.get(name)
        return reference and repository.get(reference.resolve().target)
    except (KeyError, pygit2.InvalidSpecError):
        return None


def _of_git(where: Place, wanted: Sequence[str], stop: threading.Event) -> RefListing:
    del stop, wanted
    try:
        heads = pygit2.Repository().remotes.create_anonymous(where.url).list_heads()
    except failures.LIBGIT2_ERRORS as error:
        raise failures.of_libgit2(error, where.shown) from None
    refs = {head.name: str(head.oid) for head in heads if head.name and not head.name.endswith("^{}")}
    peeled = {head.name.removesuffix("^{}"): str(head.oid) for head in heads if head.name and head.name.endswith("^{}")}
    return RefListing(refs, peeled, any_refs=bool(refs))
