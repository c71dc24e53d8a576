"""libgit2's settings, which are the process's and not a repository's: bounds that it has off, and whom TLS trusts.

The owner's git configuration (``~/.gitconfig``, ``/etc/gitconfig``) is not read: a URL rewritten there would be fetched from
elsewhere than it is looked up. Proxies come from the environment (HTTPS_PROXY, NO_PROXY), for look-ups and fetches alike;
libgit2 asks one for https only.
"""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import certifi
import pygit2
from pygit2.enums import ConfigLevel, Option, RepositoryOpenFlag

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

READ_TIMEOUT: Final = 20.0
MAPPED_LIMIT: Final = 32 * 1024 * 1024


def bound_libgit2(*, read_timeout: float = READ_TIMEOUT) -> None:
    """``read_timeout``: seconds that one connect and each read may take. May be called again."""
    pygit2.option(Option.SET_SERVER_TIMEOUT, int(read_timeout * 1000))
    pygit2.option(Option.SET_SERVER_CONNECT_TIMEOUT, int(read_timeout * 1000))
    pygit2.option(Option.SET_MWINDOW_MAPPED_LIMIT, MAPPED_LIMIT)
    pygit2.option(Option.SET_OWNER_VALIDATION, 0)
    # Objects are hashed when they arrive and not again on each read, as git itself does: zlib's checksum finds damage of the
    # disk, and hashing 75 MB once more would double the time of reading them.
    pygit2.option(Option.ENABLE_STRICT_HASH_VERIFICATION, 0)
    for level in (ConfigLevel.SYSTEM, ConfigLevel.XDG, ConfigLevel.GLOBAL, ConfigLevel.PROGRAMDATA):
        pygit2.option(Option.SET_SEARCH_PATH, level, "")
    if not _system_trust():
        pygit2.settings.set_ssl_cert_locations(certifi.where(), None)


@contextmanager
def opened(path: Path | str) -> Iterator[pygit2.Repository]:
    """A repository whose packs are let go at the end: pygit2's own objects lie in a cycle, and hold files and memory until
    the collector comes by. Raises what libgit2 raises."""
    repository = pygit2.Repository(str(path), RepositoryOpenFlag.DEFAULT)
    try:
        yield repository
    finally:
        repository.free()


def trust() -> ssl.SSLContext:
    """For look-ups: the same authorities as libgit2's, the system's (or SSL_CERT_FILE's), else those of certifi."""
    return ssl.create_default_context(cafile=None if _system_trust() else certifi.where())


def _system_trust() -> bool:
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile or paths.capath)
