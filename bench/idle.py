"""Five minutes in which nothing happens: what is written, and what it costs."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from bench.serving import cpu_seconds, daemon, gateway, make, manifests, memory
from bench.standalone import standalone, until_synced
from bench.table import Page, Row, megabytes

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

MINUTES = 5


def measure(page: Page, base: Path) -> None:
    """The row of this section: M, one gateway, polling once a minute, the receiver on."""
    home = base / "idle"
    (home / "served").mkdir(parents=True)
    (home / "data").mkdir()
    with daemon(home / "served") as root, gateway(home / "data") as gateway_url:
        served = make(home, home / "served", "M", root)
        file = manifests(home / "m.yaml", url=served.url, data=home / "data", gateway=gateway_url, interval="60s")
        with standalone(file, home / "state", receiver="127.0.0.1:0") as process:
            until_synced(process)
            time.sleep(20)  # the report, the status and the events that follow the first sync
            row = _watch(process, home)
            process.terminate()
            lines = len(process.communicate()[0].splitlines())
    page.add(Row("idle, M, one gateway, polled every minute", f"{row}, {lines} log lines", "0 / 0 / under 1 %"))


def _watch(process: subprocess.Popen[str], home: Path) -> str:
    before, used = _state(home), cpu_seconds(process.pid)
    begun = time.monotonic()
    time.sleep(MINUTES * 60)
    passed = time.monotonic() - begun
    share = (cpu_seconds(process.pid) - used) / passed
    after = _state(home)
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    objects = sum("/state/objects/" in path for path in changed)
    size = megabytes(memory(process.pid)["VmRSS"])
    return f"{objects} objects and {len(changed) - objects} files written in {MINUTES} minutes, {share:.2%} of a core, {size}"


def _state(home: Path) -> dict[str, tuple[int, int, int]]:
    """Inode, size and change time of every file that the process could write."""
    found = {}
    for top in (home / "state", home / "data"):
        for above, _, names in os.walk(top):
            for name in names:
                state = os.lstat(os.path.join(above, name))
                found[os.path.join(above, name)] = (state.st_ino, state.st_size, state.st_ctime_ns)
    return found
