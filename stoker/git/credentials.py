"""What a git server is shown: nothing, or a token over HTTPS. Prints as stars, goes into no URL."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stoker.errors import CredentialsInvalid
from stoker.observe.redact import Secret

if TYPE_CHECKING:
    from stoker.git.urls import Place

TOKEN_USER = "x-access-token"


@dataclass(frozen=True)
class Credentials:
    """User and password, or neither."""

    username: str | None = None
    password: Secret | None = None

    @classmethod
    def none(cls) -> Credentials:
        """For repositories that anyone may read."""
        return cls()

    @classmethod
    def token(cls, value: str) -> Credentials:
        """An HTTPS token; CredentialsInvalid when it is empty or no single line."""
        text = value.strip()
        if not text or not text.isascii() or not text.isprintable() or " " in text:
            raise CredentialsInvalid(
                "the git token is empty or holds blanks or other than ASCII characters; put one token into the Secret's key"
            )
        return cls(TOKEN_USER, Secret(text))

    def at(self, where: Place) -> Credentials:
        """These, or else the ones that the URL itself carried."""
        return Credentials(*where.userinfo) if self.password is None and where.userinfo else self

    @property
    def pair(self) -> tuple[str, str] | None:
        """For the one place that sends it."""
        if self.password is None:
            return None
        return self.username or TOKEN_USER, self.password.reveal()

    @property
    def fingerprint(self) -> str:
        """Tells two credentials apart without giving either away."""
        pair = self.pair
        return hashlib.sha256("\0".join(pair).encode()).hexdigest() if pair else ""
