"""Ends a plane whatever becomes of the run that started it: ``python reaper.py DIRECTORY``, told by the end of its input.

A plane is its directory: whatever has that path among its arguments or in its environment belongs to it. The run holds
the other end of this process's standard input, so that a clean end, an interrupt and a SIGKILL all look the same here,
and there is one way in which planes end. The rejected way was PR_SET_PDEATHSIG, which follows the thread that started a
child and not the process: a restart from a worker thread would have ended with that thread.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
from pathlib import Path


def belonging(directory: str) -> list[int]:
    """The processes that were started with the directory's path, this one left out."""
    mark = os.fsencode(directory)
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):  # it ended meanwhile, or is another user's
            if mark in (entry / "cmdline").read_bytes() or mark in (entry / "environ").read_bytes():
                found.append(int(entry.name))
    return found


def main(directory: str) -> None:
    """Waits for the end of standard input, then kills what belongs to the directory and removes it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    for _ in range(3):  # one that was being started while the first look was taken is seen by the next
        for pid in belonging(directory):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1])
