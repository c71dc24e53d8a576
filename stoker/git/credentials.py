"""What a git server is shown: nothing, a token over HTTPS, or a key over ssh. Prints as stars, in no URL that is kept or told."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from stoker.errors import CredentialsInvalid
from stoker.git.known_hosts import KnownHosts
from stoker.git.ssh_key import private_key
from stoker.observe.redact import Secret
from stoker.values import Value

if TYPE_CHECKING:
    from stoker.git.urls import Place

TOKEN_USER = "x-access-token"


class SshIdentity(Value, frozen=True):
    """A private key, and the hosts it may be shown to; ``known_hosts`` None: whoever answers."""

    key: Secret
    known_hosts: KnownHosts | None = None


class Credentials(Value, frozen=True):
    """User and password, or a key for ssh, or neither."""

    username: str | None = None
    password: Secret | None = None
    ssh: SshIdentity | None = None

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

    @classmethod
    def ssh_key(cls, key: str, known_hosts: str | None = None) -> Credentials:
        """A private key as OpenSSH or PEM text, and the text of a ``known_hosts`` when host keys are to be checked.

        CredentialsInvalid names what is wrong with either.
        """
        trusted = None if known_hosts is None else KnownHosts.parse(known_hosts)
        return cls(ssh=SshIdentity(Secret(private_key(key)), trusted))

    def at(self, where: Place) -> Credentials:
        """These, or else the ones that the URL itself carried. CredentialsInvalid for a method that the URL does not take."""
        if self.ssh is not None and where.transport != "ssh":
            raise CredentialsInvalid(
                f"{where.shown} is not reached by ssh, and spec.git.auth.sshKey is given; use an ssh URL, or another"
                " spec.git.auth"
            )
        if self.password is not None and where.transport == "ssh":
            raise CredentialsInvalid(
                f"{where.shown} is reached by ssh, which takes no token; use an https URL, or spec.git.auth.sshKey"
            )
        if self.ssh is None and where.transport == "ssh":
            raise CredentialsInvalid(f"{where.shown} is reached by ssh, which takes a key; set spec.git.auth.sshKey")
        return Credentials(*where.userinfo) if self.password is None and where.userinfo else self

    @property
    def pair(self) -> tuple[str, str] | None:
        """For the one place that sends it."""
        if self.password is None:
            return None
        return self.username or TOKEN_USER, self.password.reveal()

    @property
    def fingerprint(self) -> str:
        """Tells two credentials apart without giving either away; the hosts trusted count too."""
        parts = list(self.pair or ())
        if self.ssh is not None:
            known = self.ssh.known_hosts
            parts = ["ssh", self.ssh.key.reveal(), "" if known is None else f"known\0{known.text}"]
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest() if parts else ""
