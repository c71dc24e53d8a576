"""One process per state directory.

Owns: the lock file ``{state-dir}/lock`` and the message that names its holder. An advisory ``flock`` is used because
the kernel drops it with the process, however that ends: a pid file alone would outlive a SIGKILL.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from stoker.errors import SettingsInvalid, StateLocked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def state_lock(state_dir: Path) -> Iterator[None]:
    """Hold ``state_dir`` (made when missing, 0700) for this process.

    Raises StateLocked, naming the holder's pid, when another process has it; SettingsInvalid when the directory
    cannot be made or written.
    """
    try:
        state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(state_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SettingsInvalid(
            f"--state-dir {state_dir} cannot be used: {error.strerror}; name a directory that this user may write"
        ) from error
    try:
        _take(descriptor, state_dir)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, state_dir: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
        raise StateLocked(
            f"the state directory {state_dir} is in use by another stoker (pid {holder}); "
            "stop that one or give this one its own --state-dir"
        ) from error
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
