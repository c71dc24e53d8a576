"""libgit2 as the process has it, not a repository: how it is loaded, bounds that it has off, and whom TLS trusts.

pygit2 reads every authority of the system while it is imported: 2 MB and 15 ms in each process, whether or not it ever
speaks https, and where the system has none the import itself fails. So it is shown an empty trust while it is loaded, once,
here (the modules of this room take it from here), and is given the real one when a URL needs it.

The owner's git configuration (``~/.gitconfig``, ``/etc/gitconfig``) is not read: a URL rewritten there would be fetched from
elsewhere than it is looked up. Neither does libgit2 choose a proxy: ``proxies`` does, for look-ups and fetches alike.
"""

from __future__ import annotations

import os
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from stoker.observe.memory import stood_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["READ_TIMEOUT", "Trust", "bound_libgit2", "opened", "pygit2", "trust_authorities"]

READ_TIMEOUT: Final = 20.0
MAPPED_LIMIT: Final = 32 * 1024 * 1024
# This folder holds no certificate, and who could put one here could change the code as well.
_EMPTY_TRUST: Final = {"SSL_CERT_FILE": os.devnull, "SSL_CERT_DIR": os.path.dirname(__file__)}


@contextmanager
def _environment(changes: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            del os.environ[name]
            if value is not None:
                os.environ[name] = value


with _environment(_EMPTY_TRUST), stood_in("tarfile", TarFile=object):  # for archives that nobody here makes: 0.3 MB
    import pygit2


def bound_libgit2(*, read_timeout: float = READ_TIMEOUT) -> None:
    """``read_timeout``: seconds that one connect and each read may take. May be called again."""
    option = pygit2.enums.Option
    pygit2.option(option.SET_SERVER_TIMEOUT, int(read_timeout * 1000))
    pygit2.option(option.SET_SERVER_CONNECT_TIMEOUT, int(read_timeout * 1000))
    pygit2.option(option.SET_MWINDOW_MAPPED_LIMIT, MAPPED_LIMIT)
    pygit2.option(option.SET_OWNER_VALIDATION, 0)
    # Objects are hashed when they arrive and not again on each read, as git itself does: zlib's checksum finds damage of the
    # disk, and hashing 75 MB once more would double the time of reading them.
    pygit2.option(option.ENABLE_STRICT_HASH_VERIFICATION, 0)
    level = pygit2.enums.ConfigLevel
    for place in (level.SYSTEM, level.XDG, level.GLOBAL, level.PROGRAMDATA):
        pygit2.option(option.SET_SEARCH_PATH, place, "")


@contextmanager
def opened(path: Path | str) -> Iterator[pygit2.Repository]:
    """A repository whose packs are let go at the end: pygit2's own objects lie in a cycle, and hold files and memory until
    the collector comes by. Raises what libgit2 raises."""
    repository = pygit2.Repository(str(path), pygit2.enums.RepositoryOpenFlag.DEFAULT)
    try:
        yield repository
    finally:
        repository.free()


class Authorities(NamedTuple):
    """Whom TLS trusts by the environment, and which state of the file that is: an administrator may replace it at any time."""

    file: str | None
    folder: str | None
    state: tuple[int, ...]


def authorities() -> Authorities:
    """The system's, or those of SSL_CERT_FILE and SSL_CERT_DIR. Of a folder OpenSSL itself sees what comes into it."""
    paths = ssl.get_default_verify_paths()
    try:
        found = os.stat(paths.cafile or "")
        state: tuple[int, ...] = (found.st_ino, found.st_mtime_ns, found.st_size)
    except OSError:
        state = ()
    return Authorities(paths.cafile, paths.capath, state)


class Trust:
    """For look-ups: a client's ``context`` that learns of authorities that are added while it lives. None is forgotten."""

    def __init__(self) -> None:
        self._known = authorities()
        self.context = ssl.create_default_context()

    def renew(self) -> None:
        """Before a request: looks whether the file is another; a broken one adds nobody."""
        now = authorities()
        if now != self._known:
            self._known = now
            self.context.load_default_certs()


class _Given:
    """What libgit2 was given last; it adds up and never forgets."""

    last: Authorities | None = None


def trust_authorities() -> None:
    """Before libgit2 speaks https: the same authorities as in ``Trust``; where there are none it goes on trusting nobody.
    Asking again costs a look at the file. GitError: they cannot be read, those of an empty SSL_CERT_FILE say; a file that
    was good before and is spoilt now adds nobody.
    """
    now, last = authorities(), _Given.last
    if now == last or (now.file, now.folder) == (None, None):
        return
    try:
        pygit2.settings.set_ssl_cert_locations(now.file, now.folder)  # type: ignore[arg-type]  # one of the two may be None
    except pygit2.GitError:
        if last is None or last[:2] != now[:2]:
            raise
    else:
        _Given.last = now
