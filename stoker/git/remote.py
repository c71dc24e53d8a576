"""A ref to a commit, for every transport, within one bound and without a clone.

What speaks HTTP is loaded for the first URL that needs it: httpx is 25 ms of a start, and a fetch needs none of it.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Self

import trio

from stoker.errors import GitTimeout
from stoker.git import heads
from stoker.git.library import READ_TIMEOUT, bound_libgit2
from stoker.git.listing import RefListing, Resolution, is_full_hash, is_ref_name, pick
from stoker.git.protocols import Known
from stoker.git.urls import place

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

    from stoker.git.credentials import Credentials
    from stoker.git.offload import Offload


class Remote:
    """Owns one HTTP client with kept connections; an async context manager."""

    def __init__(
        self, offload: Offload, *, ssh: Offload | None = None, timeout: float = 30.0, read_timeout: float = READ_TIMEOUT
    ) -> None:
        """``ssh``: how ssh runs where that differs, because known hosts are the process's. ``timeout``: seconds that one
        look-up may take as a whole; ``read_timeout``: each connect and read of libgit2."""
        self._offload = offload
        self._ssh = ssh or offload
        self._timeout = timeout
        self._http: httpx.AsyncClient | None = None
        self._known = Known()
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
        """The commit of ``ref``; a full hash is taken as it is, without asking. RefNotFound, and what ``list_refs`` raises."""
        if is_full_hash(ref):
            return Resolution(ref.lower(), ref.lower())
        if not is_ref_name(ref):
            return pick(RefListing(), ref, shown=place(url).shown)  # which says so
        listing = await self.list_refs(url, (ref,), credentials)
        return pick(listing, ref, shown=place(url).shown)

    async def list_refs(self, url: str, wanted: Sequence[str], credentials: Credentials) -> RefListing:
        """What the server says about the refs that ``wanted`` may mean (more may be in it).

        Raises GitTimeout, GitUnreachable, GitAuthFailed, HostKeyRefused, RepositoryNotFound, GitServerError, GitUrlInvalid,
        CredentialsInvalid.
        """
        where = place(url)
        credentials = credentials.at(where)
        if where.transport == "http":
            from stoker.git.lsrefs import ls_refs

            with trio.move_on_after(self._timeout):
                client, known = self._client(), self._known
                return await ls_refs(client, where.url, wanted, credentials, shown=where.shown, known=known)
            raise GitTimeout(f"{where.shown}: no answer within {self._timeout:g} s; check the server and the network")
        if where.transport == "file":
            work = partial(heads.of_path, where, wanted)
            return await self._offload(work, deadline=self._timeout, what=where.shown)
        asked = partial(heads.of_server, where, credentials, time.monotonic() + self._timeout)
        offload = self._ssh if where.transport == "ssh" else self._offload
        return await offload(asked, deadline=self._timeout, what=where.shown)

    def _client(self) -> httpx.AsyncClient:
        """Made when first needed: reading the authorities that TLS trusts takes 80 ms, and not every URL is http."""
        if self._http is None:
            from stoker.git.http import new_client

            self._http = new_client(timeout=self._timeout)
        return self._http
