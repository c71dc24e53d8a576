"""A GitHub of one's own making behind the port of installation tokens: counted, failing or hanging as a test says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import trio

from stoker.git.github_app import RENEWED_BEFORE, InstallationToken, identity_of
from stoker.observe.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from stoker.errors import StokerError
    from stoker.git.github_api import Installation
    from stoker.git.github_app import Identity


@dataclass
class FakeApps:
    """Tokens live ``lifetime``; ``error`` is what an exchange brings, ``hung`` those that bring nothing (by app id), and
    ``takes`` the seconds that an app's exchange needs.
    """

    now: Callable[[], datetime]
    lifetime: timedelta = timedelta(hours=1)
    error: StokerError | None = None
    hung: set[int] = field(default_factory=set)
    takes: dict[int, float] = field(default_factory=dict)
    asked: list[Installation] = field(default_factory=list)
    tokens: dict[Identity, InstallationToken] = field(default_factory=dict)

    def cached(self, installation: Installation) -> InstallationToken | None:
        """As the port."""
        token = self.tokens.get(identity_of(installation))
        return token if token is not None and self.now() < token.renewed_at else None

    async def token(self, installation: Installation) -> InstallationToken:
        """As the port."""
        self.asked.append(installation)
        if installation.app_id in self.hung:
            await trio.sleep_forever()
        await trio.sleep(self.takes.get(installation.app_id, 0.0))
        if self.error is not None:
            raise self.error
        expires = self.now() + self.lifetime
        made = InstallationToken(Secret(f"ghs_token{len(self.asked)}"), expires, expires - RENEWED_BEFORE)
        self.tokens[identity_of(installation)] = made
        return made

    def keep_only(self, identities: Collection[Identity]) -> None:
        """As the port."""
        self.tokens = {identity: token for identity, token in self.tokens.items() if identity in identities}
