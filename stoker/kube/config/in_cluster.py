"""The service account of a pod: the server from two variables, token, authority and namespace from three mounted files.

The kubelet renews the token in place long before it ends, so the file is read again when what was read is older than a
minute, and at once when the server refuses it. So is the authorities' file: a cluster whose authority is replaced hands out
both for a while, and whoever runs on must learn of the new one in that time, and forget the old one after it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import trio

from stoker.errors import CredentialsInvalid
from stoker.kube.config.access import Access, trusting
from stoker.observe.logs import get_logger
from stoker.observe.redact import register

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stoker.kube.config.access import Trust

FOLDER: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
HOST: Final = "KUBERNETES_SERVICE_HOST"
PORT: Final = "KUBERNETES_SERVICE_PORT"
TOKEN_SECONDS: Final = 60.0


class TokenFile:
    """A bearer token in a file that somebody else keeps fresh. ``besides`` is done whenever it is read."""

    def __init__(self, path: Path, besides: Callable[[], None] | None = None) -> None:
        self._path = path
        self._besides = besides
        self._header: str | None = None
        self._read_at = 0.0

    async def authorization(self) -> str | None:
        """The token, at most a minute old; an older one when the file cannot be read just now. CredentialsInvalid."""
        if self._header is None or trio.current_time() - self._read_at >= TOKEN_SECONDS:
            self._read()
        return self._header

    async def refused(self, value: str | None) -> bool:
        """Reads the file at once; whether it holds another token."""
        self._read()
        return self._header != value

    def _read(self) -> None:
        if self._besides is not None:
            self._besides()
        # In the loop, not in a thread: the file is a kilobyte in memory (tmpfs), and tests of this run on a virtual clock.
        try:
            token = self._path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            if self._header is None:
                raise CredentialsInvalid(
                    f"the service account's token {self._path} cannot be read ({error})"
                ) from error
            token = ""
        if not token and self._header is None:
            raise CredentialsInvalid(f"the service account's token {self._path} is empty; mount a token into the pod")
        if token:
            register(token)
            self._header = f"Bearer {token}"
            self._read_at = trio.current_time()


class Authorities:
    """Keeps a TLS context's trust up with a file: new connections trust whom it names now, and nobody that it named before."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = _text(path)
        self.tls: Trust = trusting(self._known, where=str(path))
        self._log = get_logger("kube.config")
        self._told = ""

    def refresh(self) -> None:
        """Looks again; a file that is away, empty or broken changes nothing and is told once."""
        try:
            text = _text(self._path)
            if text != self._known:
                self.tls.renew(text, where=str(self._path))
                self._known = text
            self._told = ""
        except CredentialsInvalid as error:
            if self._told != str(error):
                self._told = str(error)
                self._log.warning("authorities_not_renewed", path=str(self._path), error=self._told)


def is_in_cluster(env: Mapping[str, str]) -> bool:
    """Whether the kubelet told us where the API server is."""
    return bool(env.get(HOST) and env.get(PORT))


def in_cluster(env: Mapping[str, str], folder: Path = FOLDER) -> Access:
    """The access of the pod's service account; CredentialsInvalid names the file that is missing."""
    authorities = Authorities(folder / "ca.crt")
    try:
        namespace = (folder / "namespace").read_text(encoding="utf-8").strip()
    except OSError:
        namespace = ""  # a token that was projected by hand comes without
    identity = TokenFile(folder / "token", authorities.refresh)
    return Access(address(env[HOST], env[PORT]), authorities.tls, identity, namespace or "default")


def address(host: str, port: str) -> str:
    """The server's URL; an IPv6 address gets its brackets."""
    return f"https://[{host}]:{port}" if ":" in host and not host.startswith("[") else f"https://{host}:{port}"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CredentialsInvalid(
            f"{path} cannot be read ({error}); leave automountServiceAccountToken on, or set KUBECONFIG"
        ) from error
