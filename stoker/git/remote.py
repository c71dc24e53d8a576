"""A ref to a commit, for every transport, within one bound and without a clone."""

from __future__ import annotations

import tempfile
from functools import partial
from typing import TYPE_CHECKING, Self

import httpx
import pygit2
import trio

from stoker.errors import GitTimeout, RepositoryNotFound
from stoker.git import failures
from stoker.git.listing import RefListing, Resolution, is_full_hash, pick
from stoker.git.lsrefs import ls_refs
from stoker.git.urls import Place, place

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence

    from stoker.git.credentials import Credentials
    from stoker.git.offload import Offload


class Remote:
    """Owns one HTTP client with kept connections; an async context manager."""

    def __init__(self, offload: Offload, *, timeout: float = 30.0) -> None:
        """``timeout``: seconds that one look-up may take as a whole."""
        self._offload = offload
        self._timeout = timeout
        self._client = httpx.AsyncClient(follow_redirects=False, timeout=timeout, trust_env=True)

    async def __aenter__(self) -> Self:
        """Ready at once."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Closes the connections."""
        with trio.CancelScope(shield=True, deadline=trio.current_time() + 2):
            await self._client.aclose()

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
                return await ls_refs(self._client, where.url, wanted, credentials, shown=where.shown)
            raise GitTimeout(f"{where.shown}: no answer within {self._timeout:g} s; check the server and the network")
        work = _of_path if where.transport == "file" else _of_git
        return await self._offload(partial(work, where), deadline=self._timeout, what=where.shown)


def open_local(where: Place) -> pygit2.Repository:
    """The repository of a file:// URL, wherever its ``.git`` is; RepositoryNotFound when there is none."""
    try:
        return pygit2.Repository(where.path, pygit2.enums.RepositoryOpenFlag.DEFAULT)
    except (pygit2.GitError, OSError, KeyError) as error:
        raise RepositoryNotFound(
            f"{where.shown}: no readable git repository there ({error}); check spec.git.repo"
        ) from None


def _of_path(where: Place, stop: threading.Event) -> RefListing:
    del stop
    repository = open_local(where)
    refs: dict[str, str] = {}
    peeled: dict[str, str] = {}
    for reference in repository.references.iterator():
        target = reference.resolve() if isinstance(reference.target, str) else reference
        refs[reference.name] = str(target.target)
        if isinstance(repository.get(target.target), pygit2.Tag):
            peeled[reference.name] = str(target.peel(pygit2.Commit).id)
    if not repository.head_is_unborn:
        refs["HEAD"] = str(repository.head.target)
    return RefListing(refs, peeled, any_refs=bool(refs))


def _of_git(where: Place, stop: threading.Event) -> RefListing:
    del stop
    with tempfile.TemporaryDirectory(prefix="stoker-ls-") as folder:
        repository = pygit2.init_repository(folder, bare=True)
        try:
            heads = repository.remotes.create_anonymous(where.url).list_heads()
        except failures.LIBGIT2_ERRORS as error:
            raise failures.of_libgit2(error, where.shown) from None
    refs = {head.name: str(head.oid) for head in heads if head.name and not head.name.endswith("^{}")}
    peeled = {head.name.removesuffix("^{}"): str(head.oid) for head in heads if head.name and head.name.endswith("^{}")}
    return RefListing(refs, peeled, any_refs=bool(refs))
