"""Whether two URLs mean the same repository: host and path, without scheme, user, port, trailing ``.git``, host case.

The great public hosts take a path in any case and name it as its owner wrote it, so that whoever typed it otherwise clones all
the same: there its case is no difference either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

NOWHERE: Final = ("", "")
"""What is no repository's URL; two of these are not the same."""
OVER_443: Final[Mapping[str, str]] = {
    "ssh.github.com": "github.com",
    "altssh.gitlab.com": "gitlab.com",
    "altssh.bitbucket.org": "bitbucket.org",
}
"""Hosts that serve ssh on the port of HTTPS, for networks that let nothing else out, and as whom they push."""


ANY_CASE: Final = frozenset({"github.com", "gitlab.com", "bitbucket.org", "dev.azure.com", "ssh.dev.azure.com"})


def identity(url: str) -> tuple[str, str]:
    """Host and path of a URL in any form git takes, ``git@host:path`` and ``[git@host:port]:path`` included; NOWHERE when it is
    none."""
    if "://" not in url and ":" in url:
        host, _, path = url.removeprefix("[").partition("]:" if url.startswith("[") else ":")
        host = host.rpartition("@")[2].partition(":")[0]
    else:
        try:
            parts = urlsplit(url)
            host = "" if parts.scheme == "file" else parts.hostname or ""
        except ValueError:
            return NOWHERE
        path = parts.path
    host, path = host.lower(), unquote(path).strip("/").removesuffix(".git").rstrip("/")
    host = OVER_443.get(host, host)
    if host in ANY_CASE or host.endswith(".visualstudio.com"):
        path = path.lower()
    return (host, path) if path else NOWHERE
