"""Whether two URLs mean the same repository: host and path, without scheme, user, port, trailing ``.git``, host case."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit


def identity(url: str) -> tuple[str, str]:
    """Host and path of a URL in any form git takes, ``git@host:path`` and ``[git@host:port]:path`` included; two empty texts
    when it is none."""
    if "://" not in url and ":" in url:
        host, _, path = url.removeprefix("[").partition("]:" if url.startswith("[") else ":")
        host = host.rpartition("@")[2].partition(":")[0]
    else:
        try:
            parts = urlsplit(url)
            host = "" if parts.scheme == "file" else parts.hostname or ""
        except ValueError:
            return "", ""
        path = parts.path
    path = unquote(path).strip("/").removesuffix(".git").rstrip("/")
    return host.lower(), path


def same(one: str, other: str) -> bool:
    """Neither is empty, and both have one identity."""
    return bool(identity(one)[1]) and identity(one) == identity(other)
