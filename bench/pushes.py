"""Good signed pushes against the manager's receiver over a real API server: how many a second, and how long each takes.

Each push is a delivery of its own for one of many resources, in turn, sent by connections that wait for their answers. The
manager leads or stands by: as the leader it also looks up and writes down what every push asks for, on the same core.
Then the same for one resource alone, where one write answers all that wait.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from bench.population import RESOURCES, Population
from bench.serving import cpu_seconds
from bench.table import Page, Row
from stoker.api import names
from stoker.manager.run import LEASE
from tests.cluster import accounts, binaries
from tests.cluster.plane import Plane
from tests.cluster.plugin import prepared
from tests.fakes.gitrepos import make_origin
from tests.fakes.gitservers import http_backend
from tests.manager.process import Manager

if TYPE_CHECKING:
    from pathlib import Path

PUSHES: Final = 3_000
WARM: Final = 500
CONNECTIONS: Final = 6
"""As many as keep two cores busy; with more the same number is answered a second, and each waits longer in line."""
NUMBER: Final = 100
SPACES: Final = 10
REPOSITORIES: Final = 10
SECRET: Final = "bench-secret-0815"
PATIENCE: Final = 120.0
LEASE_SECONDS: Final = 3600
GOAL: Final = "at least 300/s, p99 under 60 ms"


def measure(page: Page, base: Path) -> None:
    """The rows of this section."""
    with ExitStack() as held:
        plane = Plane(binaries.found(), prepare=prepared)
        held.callback(plane.close)
        for number in range(REPOSITORIES):
            make_origin(base / f"plant-{number}.git").commit({"projects/site/project.json": "{}"})
        server = held.enter_context(http_backend(base))
        fleet = Population(
            plane, [f"{server.url}/plant-{number}.git" for number in range(REPOSITORIES)], NUMBER, SPACES
        )
        fleet.prepare()
        fleet.create()
        for home, what in (("bench-leads", "the leader"), ("bench-stands-by", "a replica that stands by")):
            leads = home == "bench-leads"
            page.add(
                Row(
                    f"receiver: good signed pushes through the real API server, {what}",
                    _run(plane, base, fleet, home, leads),
                    GOAL,
                )
            )


def _run(plane: Plane, base: Path, fleet: Population, home: str, leads: bool) -> str:
    token = accounts.manager_token(plane, home=home, seconds=7200)
    config = plane.write_kubeconfig(home, {"token": token}, namespace=home)
    if not leads:
        _hold_the_lease(plane, home)
    manager = Manager(base / home, config, ("--receiver", "127.0.0.1:0"), {"WEBHOOK_HMAC_SECRET": SECRET})
    try:
        url = manager.url("receiver")
        _until_resolved(fleet)
        _load(url, WARM)
        used = cpu_seconds(manager.process.pid)
        rate, samples = _load(url, PUSHES)
        used = cpu_seconds(manager.process.pid) - used
        of_one, _ = _load(url, PUSHES, 1)
    finally:
        manager.close()
    _all_arrived(plane)
    p50, p99 = samples[len(samples) // 2], samples[len(samples) * 99 // 100]
    cost = f"{used / PUSHES * 1e3:.1f} ms of the manager's CPU each"
    beside = f"all for one resource: {of_one:,.0f}/s"
    return f"{rate:,.0f}/s, p50 {p50 * 1e3:.0f} ms, p99 {p99 * 1e3:.0f} ms, {CONNECTIONS} at a time; {cost}; {beside}"


def _hold_the_lease(plane: Plane, home: str) -> None:
    """As another replica would that leads and is well."""
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime())
    spec = {"holderIdentity": "bench", "leaseDurationSeconds": LEASE_SECONDS, "acquireTime": now, "renewTime": now}
    body = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "spec": spec}
    plane.admin.apply(body | {"metadata": {"name": LEASE, "namespace": home}})


def _until_resolved(fleet: Population) -> None:
    deadline = time.monotonic() + PATIENCE
    while not fleet.resolved():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {PATIENCE:.0f} s: every resource is resolved")
        time.sleep(0.25)


def _all_arrived(plane: Plane) -> None:
    """A push that was accepted and not written would make a fine figure."""
    for one in plane.admin.get(RESOURCES)["items"]:
        if names.PUSHED_AT not in one["metadata"].get("annotations", {}):
            raise RuntimeError(f"{one['metadata']['name']} was told of no push")


def _load(url: str, pushes: int, resources: int = NUMBER) -> tuple[float, list[float]]:
    """From a process of its own, for so many resources in turn: pushes a second, and the seconds of each, sorted."""
    command = [sys.executable, "-m", "bench.pushes", url, str(pushes), str(resources)]
    found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return pushes / found["seconds"], sorted(found["samples"])


def _prepared(host: str, pushes: int, resources: int) -> list[bytes]:
    """Everything is signed and put into words before the clock starts: a sender's work is not the receiver's."""
    done = []
    for number in range(pushes):
        index = number % resources
        body = {"ref": "refs/heads/main", "after": f"{number + 1:040x}", "deleted": False, "repository": {}}
        raw = json.dumps(body).encode()
        digest = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
        head = (
            f"POST /webhook/fleet-{index % SPACES}/plant-{index} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(raw)}\r\n"
            f"Content-Type: application/json\r\nX-Hub-Signature-256: sha256={digest}\r\nX-GitHub-Event: push\r\n"
            f"X-GitHub-Delivery: {time.time()}-{number}\r\n\r\n"
        )
        done.append(head.encode() + raw)
    return done


def _send(host: str, requests: list[bytes], samples: list[float], wrong: list[str]) -> None:
    """One connection. Answers are read for what they say and no more: http.client took 5 to 10 % of the rate."""
    name, port = host.rsplit(":", 1)
    with socket.create_connection((name, int(port)), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in requests:
            begun = time.perf_counter()
            connection.sendall(request)
            said = _answer(connection)
            samples.append(time.perf_counter() - begun)
            if not said.startswith(b"HTTP/1.1 202 ") or b'"accepted":true' not in said:
                wrong.append(repr(said[:400]))


def _answer(connection: socket.socket) -> bytes:
    """Head and body, whose length the head says."""
    said = b""
    while (end := said.find(b"\r\n\r\n")) < 0:
        said += _more(connection)
    length = re.search(rb"\ncontent-length: *(\d+)", said[:end], re.IGNORECASE)
    if length is None:
        raise ValueError(f"an answer of no known length: {said!r}")
    while len(said) < end + 4 + int(length[1]):
        said += _more(connection)
    return said


def _more(connection: socket.socket) -> bytes:
    got = connection.recv(65536)
    if not got:
        raise ConnectionError("the receiver hung up")
    return got


def _main(url: str, pushes: int, resources: int) -> int:
    host = urlsplit(url).netloc
    requests = _prepared(host, pushes, resources)
    samples: list[float] = []
    wrong: list[str] = []
    shares = [requests[number::CONNECTIONS] for number in range(CONNECTIONS)]
    threads = [threading.Thread(target=_send, args=(host, share, samples, wrong)) for share in shares]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    if wrong or len(samples) < pushes:
        print(f"{len(wrong)} of {pushes} were not accepted: {wrong[:3]}", file=sys.stderr)
        return 1
    print(json.dumps({"seconds": seconds, "samples": samples}))
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
