"""Installation tokens of GitHub Apps for passes, which never wait: an exchange runs beside the workers and calls when it is in.

As with look-ups, five hung API servers hold five tasks here and no worker. Who uses which app is known here too, so that the
token of an app nobody uses any more is forgotten, and its series with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from stoker.errors import GitHubAppExchangeFailed, StokerError
from stoker.git.github_app import identity_of
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import trio

    from stoker.git.github_api import Installation
    from stoker.git.github_app import Identity, InstallationToken

Key = tuple[str, str]


class TokenSource(Protocol):
    """The port to GitHub's API; ``git.github_app.TokenExchange`` is its adapter."""

    def cached(self, installation: Installation) -> InstallationToken | None:
        """The token while it needs no renewal."""
        ...

    async def token(self, installation: Installation) -> InstallationToken:
        """The token, exchanged when it must be; GitHubAppExchangeFailed, GitHubAppRefused."""
        ...

    def keep_only(self, identities: Collection[Identity]) -> None:
        """Forgets all others."""
        ...


class Exchanges:
    """``on_answer(key)`` is called when the exchange that a resource asked for has ended; ``show_expiry``: app id,
    installation id and the Unix time at which their token expires, None when nobody uses it any more.
    """

    def __init__(
        self,
        source: TokenSource,
        nursery: trio.Nursery,
        on_answer: Callable[[Key], None],
        show_expiry: Callable[[str, str, float | None], None],
    ) -> None:
        self._source = source
        self._nursery = nursery
        self._on_answer = on_answer
        self._show_expiry = show_expiry
        self._used: dict[Key, Identity] = {}
        self._running: set[tuple[Key, Identity]] = set()
        self._failed: dict[Key, StokerError] = {}
        self._log = get_logger("controller.exchanges")

    def cached(self, key: Key, installation: Installation) -> InstallationToken | None:
        """The token that ``key`` may use now."""
        self._use(key, identity_of(installation))
        token = self._source.cached(installation)
        if token is not None:
            self._failed.pop(key, None)
            app, installed = str(installation.app_id), str(installation.installation_id)
            self._show_expiry(app, installed, token.expires_at.timestamp())
        return token

    def failure(self, key: Key) -> StokerError | None:
        """Why the last exchange that ``key`` asked for failed, told once."""
        return self._failed.pop(key, None)

    def ask(self, key: Key, installation: Installation) -> None:
        """Begins an exchange, unless one that ``key`` asked for runs; ``key`` is called when it has ended."""
        flight = key, identity_of(installation)
        if flight not in self._running:
            self._running.add(flight)
            self._nursery.start_soon(self._exchange, flight, installation)

    def forget(self, key: Key) -> None:
        """The resource is gone, or uses no app."""
        self._failed.pop(key, None)
        self._use(key, None)

    async def _exchange(self, flight: tuple[Key, Identity], installation: Installation) -> None:
        key, identity = flight
        error: StokerError | None = None
        try:
            await self._source.token(installation)
        except StokerError as failure:
            error = failure
        except Exception as failure:  # noqa: BLE001 - one app must not end the exchanges of all
            self._log.exception("exchange_crashed", namespace=key[0], name=key[1])
            error = GitHubAppExchangeFailed(f"the exchange failed unexpectedly ({type(failure).__name__})")
        self._running.discard(flight)
        if self._used.get(key) == identity:
            if error is not None:
                self._failed[key] = error
            self._on_answer(key)

    def _use(self, key: Key, identity: Identity | None) -> None:
        before = self._used.get(key)
        if before == identity:
            return
        if identity is None:
            del self._used[key]
        else:
            self._used[key] = identity
            self._failed.pop(key, None)
        if before is not None:
            used = set(self._used.values())
            self._source.keep_only(used)
            pair = before.app_id, before.installation_id
            if all((one.app_id, one.installation_id) != pair for one in used):
                self._show_expiry(str(before.app_id), str(before.installation_id), None)
