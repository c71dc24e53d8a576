"""Where repositories that moved are fetched from: libgit2 may not follow by itself, it would take the credential along.

What was found is remembered for the life of the process, and forgotten when a fetch from there fails. What
speaks HTTP is loaded by the first redirect, as in ``remote``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import trio

from stoker.errors import GitTimeout
from stoker.git.credentials import Credentials

if TYPE_CHECKING:
    from stoker.git.smart_http import Advertised
    from stoker.git.urls import Place


MOST: Final = 64
"""Redirects remembered, the newest ones: tokens come and go."""


class Redirects:
    """By URL as written, and by credential: where one may be shown, or nothing was to be shown, says nothing of another's."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[str, bool]] = {}

    def apply(self, where: Place, credentials: Credentials) -> tuple[Place, Credentials]:
        """Where to fetch from, and what may be shown there."""
        base, keeps = self._known.get((where.url, credentials.fingerprint), (where.url, True))
        return where._replace(url=base), credentials if keeps else Credentials.none()

    def forget(self, where: Place, credentials: Credentials) -> None:
        """For it to be looked for again."""
        self._known.pop((where.url, credentials.fingerprint), None)

    async def follow(self, where: Place, credentials: Credentials, *, timeout: float) -> None:
        """Asks the server. Raises what look-ups raise."""
        import httpx

        from stoker.git import http_failures
        from stoker.git.http import new_client
        from stoker.git.smart_http import advertisement

        try:
            with trio.move_on_after(timeout):
                async with new_client(timeout=timeout) as client:
                    found = await advertisement(client, where.url, credentials.pair, shown=where.shown)
                    self._note(where, credentials, found)
                    return
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise http_failures.of_httpx(error, where.shown) from None
        raise GitTimeout(f"{where.shown}: no answer within {timeout:g} s; check the server and the network")

    def _note(self, where: Place, credentials: Credentials, found: Advertised) -> None:
        self.forget(where, credentials)
        self._known[where.url, credentials.fingerprint] = found.base, found.pair == credentials.pair
        while len(self._known) > MOST:
            del self._known[next(iter(self._known))]
