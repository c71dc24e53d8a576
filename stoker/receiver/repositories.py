"""Whether two URLs mean the same repository: host and path, without scheme, user, port, trailing ``.git``, host case."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote, urlsplit

NOWHERE: Final = ("", "")
"""What is no repository's URL; two of these are not the same."""


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
    path = unquote(path).strip("/").removesuffix(".git").rstrip("/")
    return (host.lower(), path) if path else NOWHERE
