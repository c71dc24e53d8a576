"""Repository URLs: which transport, which local path, which are refused.

A user name and password in the URL are taken out of it and sent as a credential: what is left is safe to keep, to show and
to hand to libgit2, which would write it into files. Of ssh the user stays, who is no secret there. ``user@host:path``, with a
port ``[user@host:port]:path``, is left as it is written but for the host's case: its path begins in the user's home, that of
an ``ssh://`` URL at the root.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from stoker.errors import GitUrlInvalid
from stoker.observe.redact import Secret, redact_url, register

Transport = Literal["file", "git", "http", "ssh"]
_HTTP: Final = ("http", "https")
_SSH: Final = ("ssh", "git+ssh", "ssh+git")
_SCP: Final = re.compile(
    r"(?:[^@:/\[\]]+@(?P<host>[^@:/\[\]-][^@:/\[\]]*)|\[[^@:/\[\]]+@(?P<there>[^@:/\[\]-][^@:/\[\]]*):(?P<port>[0-9]{1,5})\])"
    r":(?!/*$).+"
)
_PORTS: Final = {"git": 9418, "http": 80, "https": 443}
SSH_USER: Final = "git"
SSH_PORT: Final = 22


class Place(NamedTuple):
    """A usable URL without userinfo: how it is reached, the local path of a file:// one, the credential it carried, and
    the server's host and port, by both of which its key is known."""

    transport: Transport
    url: str
    path: str = ""
    userinfo: tuple[str, Secret] | None = None
    host: str = ""
    port: int = 0

    @property
    def shown(self) -> str:
        """Fit for messages and logs."""
        return redact_url(self.url)


def place(url: str) -> Place:
    """GitUrlInvalid for what is no URL of a repository."""
    shown = redact_url(url)
    if any(ord(char) < 33 for char in url) or url.startswith("-"):
        raise GitUrlInvalid(
            f"repository URL {shown!r} has blanks, control characters or a leading dash; correct spec.git.repo"
        )
    short = _SCP.fullmatch(url)
    if short:
        group = "host" if short["host"] else "there"
        host, (begin, end) = short[group].lower(), short.span(group)
        return Place("ssh", url[:begin] + host + url[end:], host=host, port=int(short["port"] or SSH_PORT))
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise GitUrlInvalid(f"repository URL {shown!r} cannot be read ({error}); correct spec.git.repo") from None
    if parts.query or parts.fragment:
        raise GitUrlInvalid(f"repository URL {shown!r} has a '?' or '#' part, which git has not; correct spec.git.repo")
    if parts.scheme == "file":
        path = unquote(parts.path)
        if parts.netloc not in {"", "localhost"} or not path.startswith("/") or "\0" in path:
            raise GitUrlInvalid(f"repository URL {shown!r} must have an absolute path, as in file:///srv/repo.git")
        return Place("file", url, path)
    if host and parts.scheme in _SSH:
        return _ssh(parts, host, port, shown)
    if host and parts.scheme in {"git", *_HTTP}:
        transport: Transport = "git" if parts.scheme == "git" else "http"
        return Place(transport, _bare(parts, host, port), "", _userinfo(parts), host, port or _PORTS[parts.scheme])
    raise GitUrlInvalid(
        f"repository URL {shown!r} is none of https://, http://, ssh://, git@host:path, git://, file:///; correct spec.git.repo"
    )


def _ssh(parts: SplitResult, host: str, port: int | None, shown: str) -> Place:
    if parts.password is not None:
        raise GitUrlInvalid(
            f"repository URL {shown!r} carries a password, which ssh is not given; name a key by spec.git.auth.sshKey and"
            " take it out of spec.git.repo"
        )
    if not parts.path.strip("/") or host.startswith("-") or (parts.username or "").startswith("-"):
        raise GitUrlInvalid(f"repository URL {shown!r} names no repository; correct spec.git.repo")
    bare = _bare(parts._replace(scheme="ssh"), host, port).removeprefix("ssh://")
    return Place("ssh", f"ssh://{parts.username or SSH_USER}@{bare}", host=host, port=port or SSH_PORT)


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
