"""Repository URLs: which transport, which local path, which are refused."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from stoker.errors import GitUrlInvalid, TransportUnsupported
from stoker.observe.redact import redact_url

Transport = Literal["file", "git", "http"]
_HTTP: Final = ("http", "https")


class Place(NamedTuple):
    """A usable URL: how it is reached, and the local path of a file:// one."""

    transport: Transport
    url: str
    path: str = ""

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
    parts = urlsplit(url)
    if parts.scheme == "file":
        if parts.netloc not in {"", "localhost"} or not parts.path.startswith("/"):
            raise GitUrlInvalid(f"repository URL {shown!r} must have an absolute path, as in file:///srv/repo.git")
        return Place("file", url, unquote(parts.path))
    if parts.scheme == "git" and parts.netloc:
        return Place("git", url)
    if parts.scheme in _HTTP and parts.netloc:
        return Place("http", url.rstrip("/"))
    if parts.scheme in {"ssh", "git+ssh"} or ("@" in url and ":" in url and "//" not in url):
        raise TransportUnsupported(
            f"repository {shown!r}: ssh is not served by this build; use an https URL with a token"
        )
    raise GitUrlInvalid(
        f"repository URL {shown!r} is none of https://, http://, git://, file:///; correct spec.git.repo"
    )
