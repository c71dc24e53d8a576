"""The mounted Secrets: read at each use, because the kubelet renews them in place; into no log, report, URL or argument.

Read in the loop and not in a thread: such a mount is in memory (tmpfs), and a file in it holds at most a megabyte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stoker.errors import CredentialsInvalid
from stoker.git.credentials import Credentials
from stoker.observe import redact

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.sidecar.environment import PodSettings

LARGEST: Final = 1024 * 1024
REMEDY: Final = "; recreate the pod, which was made while the resource said otherwise"


class MountedSecrets:
    """``api_key`` and ``git_credentials`` are what ``AgentSetup`` wants."""

    def __init__(self, settings: PodSettings) -> None:
        self._settings = settings

    async def api_key(self) -> str:
        """The gateway's, ``name:secret``. Raises CredentialsInvalid, which names the file."""
        key = read_secret(self._settings.api_key_file, "the gateway's API key (spec.gateway.api)")
        redact.register(key.rpartition(":")[2].strip())  # of name:secret the part that must not be seen
        return key

    async def git_credentials(self, auth_type: str) -> Credentials:
        """For the way in which the controller says that the repository is reached. Raises CredentialsInvalid."""
        if auth_type == "none":
            return Credentials.none()
        if auth_type == "ssh":
            return self._ssh()
        return Credentials.token(
            read_secret(self._mounted(self._settings.git_token_file, auth_type, "GIT_TOKEN_FILE"), "the git token")
        )

    def _ssh(self) -> Credentials:
        settings = self._settings
        key = read_secret(self._mounted(settings.git_ssh_key_file, "ssh", "GIT_SSH_KEY_FILE"), "the ssh key")
        hosts = settings.git_known_hosts_file
        return Credentials.ssh_key(key, None if hosts is None else read_secret(hosts, "the known hosts", secret=False))

    @staticmethod
    def _mounted(path: Path | None, auth_type: str, variable: str) -> Path:
        if path is None:
            raise CredentialsInvalid(
                f"the repository is reached by {auth_type}, and this pod has no credential for that ({variable} is not"
                f" set){REMEDY}"
            )
        return path


def read_secret(path: Path, what: str, *, secret: bool = True) -> str:
    """The file's text, masked in every log from now on. CredentialsInvalid names ``what`` and the file."""
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(LARGEST)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise CredentialsInvalid(f"{what} cannot be read from {path}: {why}; mend the Secret or its key") from None
    if not text.strip():
        raise CredentialsInvalid(f"{what} in {path} is empty; fill the Secret's key")
    if secret:
        redact.register(text.strip())
    return text
