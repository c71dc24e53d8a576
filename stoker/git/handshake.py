"""What libgit2 asks while it connects: a credential, which is shown once, and whether the other side is trusted.

pygit2 itself would take any ssh host key (its own default only looks at certificates of TLS), so the question is always
answered here: with libssh2's verdict on the ``known_hosts`` that ``ssh_home`` laid down, and, where none was given, with yes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stoker.errors import GitAuthFailed, HostKeyRefused
from stoker.git.failures import Redirected
from stoker.git.library import pygit2

if TYPE_CHECKING:
    from stoker.git.credentials import Credentials
    from stoker.git.urls import Place

_SSH_MEMORY: Final = 64  # GIT_CREDENTIAL_SSH_MEMORY


class Handshake(pygit2.RemoteCallbacks):
    """For one operation at one place."""

    def __init__(self, place: Place, credentials: Credentials) -> None:
        super().__init__()
        self._place = place
        self._own = credentials
        self._shown_credential = False

    def credentials(
        self,
        url: str,  # noqa: ARG002 - libgit2's signature
        username_from_url: str | None,
        allowed_types: int,
    ) -> pygit2.KeypairFromMemory:
        """The key, once. GitAuthFailed when there is none, or the server asks again.

        Over http the credential stands in the URL: who asks for it refused it, or is where a redirect within the host led.
        Which of the two, and whether it may be shown there, is for the caller to find out: Redirected.
        """
        if self._place.transport == "ssh":
            return self._key(username_from_url or "", int(allowed_types))
        if self._own.pair is None:
            raise GitAuthFailed(f"{self._place.shown} wants a credential; set spec.git.auth")
        raise Redirected

    def _key(self, user: str, allowed: int) -> pygit2.KeypairFromMemory:
        identity = self._own.ssh
        if identity is None or not allowed & _SSH_MEMORY:
            raise GitAuthFailed(f"{self._place.shown} takes no keys from user {user!r}; allow them there")
        if self._shown_credential:
            raise GitAuthFailed(
                f"{self._place.shown} refused the key of user {user!r}; add its public half to the repository's deploy keys"
            )
        self._shown_credential = True
        return pygit2.KeypairFromMemory(user, "", identity.key.reveal(), "")

    def certificate_check(self, certificate: None, valid: bool, host: bytes) -> bool:  # noqa: ARG002 - libgit2's signature
        """The library's own verdict, but for ssh without known hosts. HostKeyRefused says what is the matter."""
        identity = self._own.ssh
        if self._place.transport != "ssh" or identity is None:
            return valid
        known = identity.known_hosts
        if known is None:
            return True
        if not valid:
            raise HostKeyRefused(
                f"{self._place.shown}: {self._distrust(known.names(self._place.host, self._place.port))}"
            )
        return True

    def _distrust(self, named: bool) -> str:
        port = "" if self._place.port == 22 else f"-p {self._place.port} "
        lines = f"the lines of ssh-keyscan {port}{self._place.host}"
        if named:
            return (
                "the host key is not the one in known_hosts: the host was set up anew, or somebody stands in between; once its"
                f" owner confirms the new key, put {lines} into the Secret"
            )
        return (
            f"the host is not in known_hosts; compare {lines} with what its owner publishes and add them to the Secret"
        )
