"""Reviews of pods that opted in, eight at a time, and how many of those that did not reach the webhook."""

from __future__ import annotations

import http.client
import json
import os
import re
import ssl
import statistics
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from bench.serving import memory
from bench.table import Page, Row, megabytes
from tests.admission.conftest import PATH, review
from tests.cluster import accounts, binaries
from tests.cluster.plane import Plane
from tests.cluster.plugin import prepared
from tests.fakes.gitrepos import make_origin
from tests.manager.hook import Hook, agents, pair, pod
from tests.manager.process import Manager
from tests.manager.site import Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REVIEWS: Final = 8_000
WARM: Final = 800
AT_ONCE: Final = 8
OTHERS: Final = 200
SPACE: Final = "admission"


def measure(page: Page, base: Path) -> None:
    """The rows of this section."""
    plane = Plane(binaries.found(), prepare=prepared)
    manager: Manager | None = None
    try:
        site = _site(plane, base)
        certificate = pair(base / "certificates")[0]
        token = accounts.manager_token(plane, home=f"{SPACE}-home", watched=[SPACE])
        config = plane.write_kubeconfig(SPACE, {"token": token}, namespace=f"{SPACE}-home")
        served = ("--webhook", "127.0.0.1:0", "--webhook-cert-dir", str(base / "certificates"))
        narrow = ("--watch-namespaces", SPACE, "--default-agent-image", "stoker:1")
        manager = Manager(base / "manager", config, (*served, *narrow), {"LOG_LEVEL": "debug"}).ready()
        os.sched_setaffinity(manager.process.pid, sorted(os.sched_getaffinity(0))[:1])
        page.add(_reviews(manager))
        hook = Hook(site, "Fail").point(manager, certificate).works()
        page.add(_others(manager, hook))
    finally:
        if manager is not None:
            manager.close()
        plane.close()


def _site(plane: Plane, base: Path) -> Site:
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": SPACE}}
    plane.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}}, account)
    origin = make_origin(base / "plant.git")
    site = Site(plane.admin, SPACE, origin, origin.commit({"projects/site/project.json": "{}"}))
    site.resource()
    return site


def _reviews(manager: Manager) -> Row:
    """From a process of its own on the other core, so that the two share nothing."""
    port = manager.url("webhook").rpartition(":")[2]
    command = [sys.executable, "-m", "bench.admission", port]
    _load(command, WARM)
    before = memory(manager.process.pid)["VmRSS"]
    began = time.perf_counter()
    samples = _load(command, REVIEWS)
    rate = len(samples) / (time.perf_counter() - began)
    after = memory(manager.process.pid)["VmRSS"]
    p50, p99 = statistics.median(samples), samples[int(len(samples) * 0.99)]
    figure = (
        f"p50 {p50 * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms, {rate:,.0f}/s; resident {megabytes(before)} before,"
        f" {megabytes(after)} after {len(samples):,}"
    )
    return Row("admission of an opted-in pod, 8 at a time, one core", figure, "p50 under 8 ms, p99 under 25 ms")


def _load(command: list[str], reviews: int) -> list[float]:
    done = subprocess.run([*command, str(reviews)], check=True, stdout=subprocess.PIPE, text=True)
    return sorted(json.loads(done.stdout))


def _others(manager: Manager, hook: Hook) -> Row:
    """Through the real API server, counted by the manager's own log, which at this level tells of every request."""
    before = len(list(_asked(manager)))
    took = [_timed(hook) for _ in range(OTHERS)]
    reached = len(list(_asked(manager))) - before
    manager.stop()
    down = [_timed(hook) for _ in range(OTHERS)]
    figure = (
        f"{reached} requests for {OTHERS} pods; created in {statistics.median(took) * 1e3:.1f} ms, while it is down in"
        f" {statistics.median(down) * 1e3:.1f} ms"
    )
    return Row("pods that did not opt in", figure, "0 requests, also while it is down")


def _timed(hook: Hook) -> float:
    began = time.perf_counter()
    if agents(hook.create(pod(inject=None), dry=True)):
        raise RuntimeError("a pod that did not ask got an agent")
    return time.perf_counter() - began


def _asked(manager: Manager) -> Iterator[dict[str, Any]]:
    return (line for line in manager.lines() if re.match(r"pod_|review_", line["event"]))


def _post(port: int, number: int, into: list[float]) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=context)
    body = json.dumps(review(pod(), namespace=SPACE)).encode()
    for _ in range(number):
        began = time.perf_counter()
        connection.request("POST", PATH, body, {"Content-Type": "application/json"})
        answer = connection.getresponse().read()
        into.append(time.perf_counter() - began)
        if b'"patch"' not in answer:
            raise RuntimeError(f"not injected: {answer[:500]!r}")
    connection.close()


def _main(port: int, reviews: int) -> None:
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[1:] or cores)
    samples: list[float] = []
    threads = [threading.Thread(target=_post, args=(port, reviews // AT_ONCE, samples)) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(samples) != reviews // AT_ONCE * AT_ONCE:
        raise SystemExit("a review was not answered by an injection")
    print(json.dumps(samples))


if __name__ == "__main__":
    _main(int(sys.argv[1]), int(sys.argv[2]))
