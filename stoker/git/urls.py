"""Repository URLs: which transport, which local path, which are refused.

A user name and password in the URL are taken out of it and sent as a credential: what is left is safe to keep, to show and
to hand to libgit2, which would write it into files.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from stoker.errors import GitUrlInvalid, TransportUnsupported
from stoker.observe.redact import Secret, redact_url, register

Transport = Literal["file", "git", "http"]
_HTTP: Final = ("http", "https")


class Place(NamedTuple):
    """A usable URL without userinfo: how it is reached, the local path of a file:// one, the credential it carried."""

    transport: Transport
    url: str
    path: str = ""
    userinfo: tuple[str, Secret] | None = None

    @property
    def shown(self) -> str:
        """Fit for messages and logs."""
        return redact_url(self.url)


def place(url: str) -> Place:
    """GitUrlInvalid for what is no URL, TransportUnsupported for ssh."""
    shown = redact_url(url)
    if any(ord(char) < 33 for char in url) or url.startswith("-"):
        raise GitUrlInvalid(
            f"repository URL {shown!r} has blanks, control characters or a leading dash; correct spec.git.repo"
        )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise GitUrlInvalid(f"repository URL {shown!r} cannot be read ({error}); correct spec.git.repo") from None
    if parts.scheme in {"ssh", "git+ssh", "ssh+git"} or ("@" in url and ":" in url and "//" not in url):
        raise TransportUnsupported(
            f"repository {shown!r}: ssh is not served by this build; use an https URL with a token"
        )
    if parts.query or parts.fragment:
        raise GitUrlInvalid(f"repository URL {shown!r} has a '?' or '#' part, which git has not; correct spec.git.repo")
    if parts.scheme == "file":
        path = unquote(parts.path)
        if parts.netloc not in {"", "localhost"} or not path.startswith("/") or "\0" in path:
            raise GitUrlInvalid(f"repository URL {shown!r} must have an absolute path, as in file:///srv/repo.git")
        return Place("file", url, path)
    if host and parts.scheme in {"git", *_HTTP}:
        return Place("git" if parts.scheme == "git" else "http", _bare(parts, host, port), "", _userinfo(parts))
    raise GitUrlInvalid(
        f"repository URL {shown!r} is none of https://, http://, git://, file:///; correct spec.git.repo"
    )


def _bare(parts: SplitResult, host: str, port: int | None) -> str:
    netloc = (f"[{host}]" if ":" in host else host) + ("" if port is None else f":{port}")
    return urlunsplit((parts.scheme, netloc, parts.path.rstrip("/"), "", ""))


def _userinfo(parts: SplitResult) -> tuple[str, Secret] | None:
    if not parts.username:
        return None
    name = unquote(parts.username)
    if not parts.password:
        register(name)  # a token is often written there
    return name, Secret(unquote(parts.password or ""))
