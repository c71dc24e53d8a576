"""The installation tokens of GitHub Apps: exchanged once for all who ask, kept until shortly before they expire.

Tokens are kept by API URL, app, installation and digest of the key: naming somebody else's ids gives nobody their token.
Whoever asks while an exchange runs gets its outcome, so a fleet on one app costs one request an hour. Neither key, JWT nor
token is in any message; how one exchange goes is ``github_api``'s business.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple, Self

import trio

from stoker.api.times import utcnow
from stoker.errors import GitHubAppExchangeFailed, GitHubAppRefused
from stoker.git.credentials import Credentials
from stoker.git.github_api import Installation, exchange
from stoker.observe.logs import get_logger
from stoker.values import Mutable, Value, field, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import httpx

    from stoker.observe.redact import Secret

EXCHANGE_ERRORS: Final = (GitHubAppExchangeFailed, GitHubAppRefused)
"""All that an exchange raises, whatever went wrong."""
BOUND: Final = 30.0
RENEWED_BEFORE: Final = timedelta(minutes=5)
KEPT_AT_LEAST: Final = timedelta(minutes=1)
"""So that a clock that differs from GitHub's, or a server of short-lived tokens, costs no request a pass."""


class Identity(NamedTuple):
    """What a token is kept under."""

    api_url: str
    app_id: int
    installation_id: int
    key_digest: str


def identity_of(installation: Installation) -> Identity:
    """Equal for all who prove the same app and installation by the same key."""
    digest = hashlib.sha256(installation.private_key.reveal().strip().encode("utf-8", "surrogatepass")).hexdigest()
    return Identity(installation.api_url.rstrip("/"), installation.app_id, installation.installation_id, digest)


class InstallationToken(Value, frozen=True):
    """What git is shown; ``expires_at`` as GitHub said it, ``renewed_at``: from then on it is asked for anew. Aware."""

    secret: Secret
    expires_at: datetime
    renewed_at: datetime

    @property
    def credentials(self) -> Credentials:
        """For look-ups and fetches."""
        return Credentials.token(self.secret.reveal())


class _Flight(Mutable):
    """An exchange that others may wait for; ``error`` is theirs too. None at the end: it succeeded, or was cancelled."""

    ended: trio.Event = field(default_factory=trio.Event)
    error: GitHubAppExchangeFailed | GitHubAppRefused | None = None


class TokenExchange:
    """The tokens of a process; an async context manager that owns its connections."""

    def __init__(self, *, now: Callable[[], datetime] = utcnow, bound: float = BOUND) -> None:
        """``now``: the wall clock, aware. ``bound``: seconds for one exchange as a whole."""
        self._now = now
        self._bound = bound
        self._tokens: dict[Identity, InstallationToken] = {}
        self._flights: dict[Identity, _Flight] = {}
        self._http: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        """Ready at once."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Closes the connections."""
        if self._http is not None:
            with trio.move_on_after(2, shield=True):
                await self._http.aclose()

    def cached(self, installation: Installation) -> InstallationToken | None:
        """The token, without asking anybody; None when there is none or it is due to be renewed."""
        token = self._tokens.get(identity_of(installation))
        return token if token is not None and self._now() < token.renewed_at else None

    async def token(self, installation: Installation) -> InstallationToken:
        """The token, exchanged when it must be; while a renewal fails for what may pass, the old one as long as it is good.

        Raises GitHubAppExchangeFailed for what may pass, and GitHubAppRefused for what somebody must mend: a PEM that is
        no RSA key, an app or installation that GitHub does not know, a base URL that is none.
        """
        identity = identity_of(installation)
        while (token := self.cached(installation)) is None:
            flight = self._flights.get(identity)
            if flight is None:
                return await self._fly(installation, identity)
            await flight.ended.wait()
            if flight.error is not None:
                raise type(flight.error)(flight.error.message, retry_after=flight.error.retry_after)
        return token

    def keep_only(self, identities: Collection[Identity]) -> None:
        """Forgets the tokens of everybody else."""
        self._tokens = {identity: token for identity, token in self._tokens.items() if identity in identities}

    async def _fly(self, installation: Installation, identity: Identity) -> InstallationToken:
        flight = self._flights[identity] = _Flight()
        try:
            token = self._tokens[identity] = await self._renewed(installation, self._tokens.get(identity))
        except EXCHANGE_ERRORS as error:
            flight.error = error
            raise
        finally:
            del self._flights[identity]
            flight.ended.set()
        return token

    async def _renewed(self, installation: Installation, old: InstallationToken | None) -> InstallationToken:
        try:
            granted = await exchange(self._client, installation, now=self._now, bound=self._bound)
        except GitHubAppExchangeFailed as error:
            soon = self._now() + KEPT_AT_LEAST
            if old is None or old.expires_at <= soon:
                raise
            get_logger("git.github_app").warning(
                "github_app_renewal_failed", error=error.message, expires_at=old.expires_at.isoformat()
            )
            return replace(old, renewed_at=soon)
        renewed_at = max(granted.expires_at - RENEWED_BEFORE, self._now() + KEPT_AT_LEAST)
        return InstallationToken(granted.secret, granted.expires_at, renewed_at)

    def _client(self) -> httpx.AsyncClient:
        """Made when first needed: reading the authorities that TLS trusts takes 80 ms."""
        if self._http is None:
            from stoker.git.http import new_client

            self._http = new_client(timeout=self._bound)
        return self._http
