"""The home folder that libgit2 is shown during an operation over ssh, because it reads ``known_hosts`` from nowhere else.

The setting is the process's, so only one such operation runs in a process at a time: two with different hosts at once would
trust each other's. Where many must, they run in worker processes. Only the keys of the one host are in it; without known
hosts the file is empty, so that the machine's own has no say. Only host keys are written, which are no secret.
"""

from __future__ import annotations

import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from stoker.errors import GitBusy, StoreUnwritable
from stoker.git.library import pygit2

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stoker.git.credentials import SshIdentity
    from stoker.git.urls import Place

_one_at_a_time: Final = threading.Lock()


@contextmanager
def ssh_home(where: Place, identity: SshIdentity | None, *, until: float) -> Iterator[None]:
    """Of one server; nothing without an identity. ``until``: of ``time.monotonic``, GitBusy when another operation runs so
    long.
    """
    if identity is None:
        yield
        return
    if not _one_at_a_time.acquire(timeout=max(0.0, until - time.monotonic())):
        raise GitBusy("another operation over ssh still runs in this process; waiting for it to end")
    try:
        with _laid_down(identity.known_hosts.of_host(where.host, where.port) if identity.known_hosts else ""):
            yield
    finally:
        _one_at_a_time.release()


@contextmanager
def _laid_down(known_hosts: str) -> Iterator[None]:
    try:
        folder = tempfile.TemporaryDirectory(prefix="stoker-ssh-", ignore_cleanup_errors=True)
        file = Path(folder.name, ".ssh", "known_hosts")
        file.parent.mkdir(mode=0o700)
        file.write_text(known_hosts, encoding="utf-8")
    except OSError as error:
        raise StoreUnwritable(
            f"known_hosts cannot be laid down for libssh2 ({error.strerror}); check space and rights of TMPDIR, or /tmp"
        ) from None
    with folder:
        pygit2.option(pygit2.enums.Option.SET_HOMEDIR, folder.name)
        yield
