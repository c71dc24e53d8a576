"""One agent alone in its process on XL: what it reads and writes for a one-file commit, its memory, the disk it holds."""

from __future__ import annotations

import contextlib
import json
import statistics
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from bench.serving import Served, daemon, disk, gateway, make, memory
from bench.table import Page, Row, megabytes
from stoker.agent.loop import QUIET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMITS = 10
SAMPLE_SECONDS = 0.005


class Lone:
    """The child of ``bench.lone``, driven by commits."""

    def __init__(self, url: str, base: Path, gateway_url: str) -> None:
        arguments = [url, str(base / "data"), str(base / "git"), gateway_url]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.lone", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def sync(self, commit: str) -> dict[str, Any]:
        """Publishes a commit; what the child says once it is synced."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(commit + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the agent ended with {self.process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        if answer["commit"] != commit:
            raise RuntimeError(f"the agent reported {answer['commit']} instead of {commit}")
        return answer

    def close(self) -> None:
        """Ends it."""
        self.process.communicate()


def measure(page: Page, base: Path) -> None:
    """All rows of this section."""
    home = base / "alone"
    (home / "served").mkdir(parents=True)
    with daemon(home / "served") as root:
        _large(page, home / "xl", make(home, home / "served", "XL", root))
        _small(page, home / "m", make(home, home / "served", "M", root))


def _large(page: Page, home: Path, served: Served) -> None:
    with _alone(served.url, home) as agent:
        peak = _Peak(agent.process.pid)
        before = agent.sync(served.commit)
        anonymous = peak.stop()
        read, written = [], []
        for _ in range(COMMITS):
            after = agent.sync(served.change_one())
            read.append(after["rchar"] - before["rchar"])
            written.append(after["wchar"] - before["wchar"])
            before = after
        idle = _rested(agent)
    held = disk(home / "git") + disk(home / "data" / ".stoker")
    figure = f"{statistics.median(read) / 1e3:,.0f} KB read, {statistics.median(written) / 1e3:,.1f} KB written"
    work = "one-file commit, XL: bytes read and written by the agent"
    page.add(Row(work, figure, "under 4 MB, under 64 KB", "Go 225 MB, 79 MB"))
    page.add(Row("disk held for XL beside the live files", megabytes(held), "under 90 MB", "Go 155 MB"))
    figure = f"{_shown(idle)} idle; {megabytes(anonymous)} anonymous at most in the first sync"
    page.add(Row("agent alone, XL: memory", figure, "under 48 MB / under 60 MB", "Go 40 MB idle"))


def _small(page: Page, home: Path, served: Served) -> None:
    with _alone(served.url, home) as agent:
        agent.sync(served.commit)
        idle = _rested(agent)
    page.add(Row("agent alone, M: memory", f"{_shown(idle)} idle", "under 48 MB", "Go 40 MB idle"))


@contextlib.contextmanager
def _alone(url: str, home: Path) -> Iterator[Lone]:
    (home / "data").mkdir(parents=True)
    with gateway(home / "data") as gateway_url:
        agent = Lone(url, home, gateway_url)
        yield agent
        agent.close()


def _rested(agent: Lone) -> dict[str, int]:
    """The memory of an agent that has had a quiet moment."""
    time.sleep(QUIET + 1)
    return memory(agent.process.pid)


def _shown(idle: dict[str, int]) -> str:
    return f"{megabytes(idle['VmRSS'])} resident ({megabytes(idle['RssAnon'])} anonymous)"


class _Peak:
    """Samples the anonymous memory of a process in a thread."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._most = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> int:
        """Ends; the most that was seen, in bytes."""
        self._stopping.set()
        self._thread.join()
        return self._most

    def _watch(self) -> None:
        while not self._stopping.wait(SAMPLE_SECONDS):
            self._most = max(self._most, memory(self._pid).get("RssAnon", 0))
