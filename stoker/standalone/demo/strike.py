"""Kills a process in the middle of a merge, and freezes the next one as soon as it has recovered.

Owns: seeing from outside, by ``stat`` in a tight loop, that a merge is under way (its journal is there and a live file has
been replaced) or settled (the journal is gone). This cannot be done by log lines: when one is read, the merge is over.
Runs in a thread, for a few hundred milliseconds of one core.
"""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

JOURNAL = ".stoker/journal"


def kill_in_merge(pid: int, data: Path, watched: Sequence[Path], *, within: float) -> bool:
    """SIGKILL ``pid`` once the journal stands and one of ``watched`` is another file than now; False after ``within`` s."""
    before = [os.stat(path).st_ino for path in watched]
    journal = str(data / JOURNAL)
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if not os.path.exists(journal):
            continue
        if any(_inode(path) != inode for path, inode in zip(watched, before, strict=True)):
            os.kill(pid, signal.SIGKILL)
            return True
    return False


def freeze_once_settled(pid: int, data: Path, *, within: float) -> bool:
    """SIGSTOP ``pid`` once no journal stands any more; False after ``within`` seconds."""
    journal = str(data / JOURNAL)
    deadline = time.monotonic() + within
    while os.path.exists(journal):
        if time.monotonic() > deadline:
            return False
    os.kill(pid, signal.SIGSTOP)
    return True


def _inode(path: Path) -> int:
    try:
        return os.stat(path).st_ino
    except FileNotFoundError:
        return -1
