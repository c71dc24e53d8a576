"""Forged push requests against the receiver: how many one core turns away in a second, and whether memory stays flat."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from bench.serving import free_port, manifests, memory, until_open
from bench.standalone import standalone
from bench.table import Page, Row, megabytes

if TYPE_CHECKING:
    from pathlib import Path

REQUESTS = 20_000
CONNECTIONS = 8
BODY = json.dumps({"ref": "refs/heads/main", "repository": {"clone_url": "https://example.com/plant.git"}}).encode()
HEADERS = {
    "Content-Type": "application/json",
    "X-GitHub-Event": "push",
    "X-Hub-Signature-256": "sha256=" + "0" * 64,
}


def measure(page: Page, base: Path) -> None:
    """The row of this section."""
    home = base / "receiver"
    (home / "data").mkdir(parents=True)
    port = free_port()
    file = manifests(home / "m.yaml", url="file:///nonexistent.git", data=home / "data", gateway="http://127.0.0.1:9")
    cores = sorted(os.sched_getaffinity(0))
    state, address = home / "state", f"127.0.0.1:{port}"
    with standalone(file, state, receiver=address, log=subprocess.DEVNULL) as process:
        os.sched_setaffinity(process.pid, cores[:1])
        until_open(port)
        _load(port, REQUESTS // 10)
        before = memory(process.pid)["VmRSS"]
        begun = time.perf_counter()
        _load(port, REQUESTS)
        rate = REQUESTS / (time.perf_counter() - begun)
        after = memory(process.pid)["VmRSS"]
    figure = f"{rate:,.0f}/s on one core; resident {megabytes(before)} before, {megabytes(after)} after {REQUESTS:,}"
    page.add(Row("receiver: forged requests", figure, "at least 1,500/s, memory flat"))


def _load(port: int, requests: int) -> None:
    """From a process of its own, so that the two do not share an interpreter."""
    done = subprocess.run([sys.executable, "-m", "bench.receiver", str(port), str(requests)], check=False)
    if done.returncode:
        raise RuntimeError("a forged request was not answered by 401")


def _forge(port: int, requests: int, wrong: list[int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for _ in range(requests):
        connection.request("POST", "/webhook/default/plant", BODY, HEADERS)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 401:
            wrong.append(answer.status)
    connection.close()


def _main(port: int, requests: int) -> int:
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[1:] or cores)
    wrong: list[int] = []
    share = requests // CONNECTIONS
    threads = [threading.Thread(target=_forge, args=(port, share, wrong)) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(_main(int(sys.argv[1]), int(sys.argv[2])))
