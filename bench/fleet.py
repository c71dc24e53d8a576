"""The manager over a real API server at fleet size: a burst of resources, memory, an idle stretch, its start and its ends."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.population import Population, writes
from bench.serving import cpu_seconds, free_port, memory
from bench.table import Page, Row, megabytes
from tests.cluster import accounts, binaries
from tests.cluster.plane import Plane
from tests.cluster.plugin import prepared
from tests.fakes.gitrepos import make_origin
from tests.fakes.gitservers import http_backend

if TYPE_CHECKING:
    from collections.abc import Callable

BURST: Final = 400
FLEET: Final = 500
SPACES: Final = 50
REPOSITORIES: Final = 10
REST: Final = 15.0
"""Seconds before the burst: within its first ten an API server answers the first writes of a kind seconds late, once."""
SETTLE: Final = 75.0
IDLE: Final = 180.0
PATIENCE: Final = 180.0


def measure(page: Page, base: Path) -> None:
    """The rows of this section."""
    with ExitStack() as held:
        plane = Plane(binaries.found(), prepare=prepared)
        held.callback(plane.close)
        for number in range(REPOSITORIES):
            make_origin(base / f"plant-{number}.git").commit({"projects/site/project.json": "{}"})
        server = held.enter_context(http_backend(base))
        urls = [f"{server.url}/plant-{number}.git" for number in range(REPOSITORIES)]
        manager = Process(plane)
        held.callback(manager.close)
        manager.start()
        time.sleep(REST)
        page.add(
            Row(
                "400 GatewaySyncs created at once, a quarter of a minute after the API server: all resolved, ConfigMaps there",
                _burst(plane, urls, manager),
                "under 6 s",
            )
        )
        fleet = Population(plane, urls, FLEET, SPACES)
        fleet.prepare()
        fleet.pods()
        fleet.create()
        _until(fleet.resolved, "the fleet is resolved")
        time.sleep(SETTLE)
        page.add(Row("500 GatewaySyncs, a pod each: resident memory of the manager", manager.resident(), "under 90 MB"))
        figure = _idle(plane, manager, server.requests)
        page.add(Row("the same, idle: writes and look-ups a minute, CPU", figure, "0 / 10 / under 1 %"))
        ended = manager.stop()
        began = manager.start()
        page.add(Row("start with 500 to /readyz 200", f"{began:.2f} s", "under 1.5 s"))
        page.add(Row("SIGTERM to exit", f"{ended:.2f} s", "under 0.5 s"))
        time.sleep(20)
        page.add(Row("deletion of 500, finalizers included", _deletion(fleet), "under 6 s"))


def _burst(plane: Plane, urls: list[str], manager: Process) -> str:
    burst = Population(plane, urls, BURST, 1)
    burst.prepare()
    used = manager.cpu()
    begun = time.perf_counter()
    burst.create()
    created = time.perf_counter() - begun
    _until(burst.resolved, "the burst is resolved")
    took, used = time.perf_counter() - begun, manager.cpu() - used
    _deletion(burst)
    return f"{took:.1f} s, {used:.1f} s of CPU in the manager (the last was created after {created:.1f} s)"


def _deletion(population: Population) -> str:
    begun = time.perf_counter()
    population.delete()
    _until(population.gone, "all are gone")
    return f"{time.perf_counter() - begun:.1f} s"


def _idle(plane: Plane, manager: Process, requests: list[tuple[str, str, str]]) -> str:
    before, used, asked, begun = writes(plane), manager.cpu(), _look_ups(requests), time.monotonic()
    time.sleep(IDLE)
    minutes = (time.monotonic() - begun) / 60
    share = (manager.cpu() - used) / (minutes * 60)
    wrote = (writes(plane) - before) / minutes
    return f"{wrote:.1f} writes, {(_look_ups(requests) - asked) / minutes:.1f} look-ups, {share:.2%} of a core"


def _look_ups(requests: list[tuple[str, str, str]]) -> int:
    return sum(method == "POST" for method, _, _ in requests)


def _until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {PATIENCE:.0f} s: {what}")
        time.sleep(0.1)


class Process:
    """The manager as in a pod: by the files of a service account, with the chart's rights."""

    def __init__(self, plane: Plane) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="stoker-bench-account-"))
        (self._folder / "token").write_text(accounts.manager_token(plane, seconds=7200))
        (self._folder / "namespace").write_text(accounts.HOME)
        (self._folder / "ca.crt").write_bytes(Path(plane.ca).read_bytes())
        host, port = plane.url.removeprefix("https://").rsplit(":", 1)
        self._env = {
            **{key: value for key, value in os.environ.items() if not key.startswith("KUBE")},
            "KUBERNETES_SERVICE_HOST": host,
            "KUBERNETES_SERVICE_PORT": port,
            "SERVICE_ACCOUNT_DIR": str(self._folder),
            "LOG_LEVEL": "error",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *more: str, **env: str) -> float:
        """Seconds until it is ready; ``more`` arguments and variables than usual."""
        port = free_port()
        command = [sys.executable, "-m", "stoker", "manager", "--probes", f"127.0.0.1:{port}"]
        begun = time.perf_counter()
        command += ["--metrics", f"127.0.0.1:{free_port()}", *more]
        self._process = subprocess.Popen(command, env=self._env | env)
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                    return time.perf_counter() - begun
            except (urllib.error.URLError, OSError):
                if time.perf_counter() - begun > PATIENCE or self._process.poll() is not None:
                    raise
                time.sleep(0.01)

    def stop(self) -> float:
        """Seconds that a clean end takes."""
        assert self._process is not None
        begun = time.perf_counter()
        self._process.terminate()
        self._process.wait(60)
        return time.perf_counter() - begun

    def cpu(self) -> float:
        """Seconds of CPU so far."""
        assert self._process is not None
        return cpu_seconds(self._process.pid)

    def resident(self) -> str:
        """With the anonymous part, which nothing reclaims."""
        assert self._process is not None
        found = memory(self._process.pid)
        return f"{megabytes(found['VmRSS'])} ({megabytes(found['RssAnon'])} of it anonymous)"

    def close(self) -> None:
        """Whatever its state."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(30)
        for file in self._folder.iterdir():
            file.unlink()
        self._folder.rmdir()
