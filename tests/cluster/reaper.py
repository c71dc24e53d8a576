"""Ends a plane whatever becomes of the run that started it: ``python reaper.py DIRECTORY``, told by its input or its end.

A plane is its directory: whatever has that path among its arguments or in its environment belongs to it. The run holds
the other end of this process's standard input, so that a clean end, an interrupt and a SIGKILL all look alike here,
and there is one way in which planes end. A run that ends well says so by a word, for a process that it forked may hold
that other end as well, and for longer. The rejected way was PR_SET_PDEATHSIG, which follows the thread that started a
child and not the process: a restart from a worker thread would have ended with that thread.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path


def employ(directory: Path) -> subprocess.Popen[bytes]:
    """A reaper for that directory; an interrupt at the keyboard is not for it."""
    command = [sys.executable, "-IS", __file__, str(directory)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)


def dismiss(process: subprocess.Popen[bytes], *, patience: float) -> None:
    """Lets a reaper do its work and waits for its end, seconds; again and again, if need be."""
    assert process.stdin is not None
    if not process.stdin.closed:
        with contextlib.suppress(
            BrokenPipeError
        ):  # somebody killed it; whoever waits for what it should have ended will say so
            process.stdin.write(b"end\n")
            process.stdin.close()
    process.wait(patience)


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


def drop_cgroups(name: str) -> None:
    """Those that a node or a container left behind, once their processes have gone."""
    deadline = time.monotonic() + 10
    left = [root / name for root in (Path("/sys/fs/cgroup"), *Path("/sys/fs/cgroup").glob("*/"))]
    while (left := [each for each in left if each.is_dir()]) and time.monotonic() < deadline:
        for top in left:
            for group, _, _ in os.walk(top, topdown=False):
                with contextlib.suppress(OSError):  # its processes are still being buried
                    os.rmdir(group)  # a cgroup's files go with it
        time.sleep(0.02)


def main(directory: str) -> None:
    """Waits for a word on standard input or for its end, then kills what belongs to the directory and removes it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read(1)
    for _ in range(3):  # one that was being started while the first look was taken is seen by the next
        for pid in belonging(directory):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    drop_cgroups(os.path.basename(directory))
    shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1])
