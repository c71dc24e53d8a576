"""One push that concerns a whole fleet: 1,000 gateways in 50 resources, then 300 in one, on one repository.

The manager is the real process; the agents are a load generator (``reporting``), which writes what theirs would.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from bench.fleet import Process
from bench.population import Population, at_once, writes
from bench.serving import free_port
from bench.table import Page, Row
from stoker.api import names
from tests.cluster import binaries
from tests.cluster.plane import Plane
from tests.cluster.plugin import prepared
from tests.fakes.gitrepos import Origin, make_origin
from tests.fakes.gitservers import http_backend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

RESOURCES: Final = 50
TOKEN: Final = "a-token-of-the-bench"
PATIENCE: Final = 180.0


def measure(page: Page, base: Path) -> None:
    """The rows of this section."""
    _section(page, base / "many", RESOURCES, 20, "under 45 s, 3 writes a gateway, under one core")
    _section(page, base / "one", 1, 300, "under 30 s")


def _section(page: Page, base: Path, resources: int, each: int, goal: str) -> None:
    """A plane of its own, so that neither section meets what the other left."""
    origin = make_origin(base / "plant.git")
    origin.commit({"projects/site/project.json": "{}"})
    plane = Plane(binaries.found(), prepare=prepared)
    manager = Process(plane)
    try:
        with http_backend(base) as server:
            fleet = Population(plane, [f"{server.url}/plant.git"], resources, resources)
            fleet.prepare()
            at_once(partial(_pod, plane, place, number) for place in fleet.places for number in range(each))
            receiver = f"127.0.0.1:{free_port()}"
            manager.start("--receiver", receiver, WEBHOOK_BEARER_TOKEN=TOKEN)
            with _agents(plane):
                fleet.create()
                _until(lambda: _synced(fleet, each))
                work = f"one push to {resources * each:,} gateways in {resources} resources, to all Synced"
                page.add(Row(work, _pushed(fleet, origin, manager, receiver, each), goal))
    finally:
        manager.close()
        plane.close()


def _pushed(fleet: Population, origin: Origin, manager: Process, receiver: str, each: int) -> str:
    before = writes(fleet.plane)
    _until(lambda: _is_quiet(fleet.plane))
    commit = origin.commit({"projects/site/project.json": json.dumps({"pushed": time.time()})})
    before, used, begun = writes(fleet.plane), manager.cpu(), time.perf_counter()
    _push(receiver, fleet.urls[0], commit)
    _until(lambda: _synced(fleet, each, commit))
    took = time.perf_counter() - begun
    share = (manager.cpu() - used) / took
    gateways = fleet.number * each
    return f"{took:.1f} s, {(writes(fleet.plane) - before) / gateways:.1f} writes a gateway, {share:.0%} of a core in the manager"


def _is_quiet(plane: Plane) -> bool:
    before = writes(plane)
    time.sleep(5)
    return writes(plane) == before


def _push(receiver: str, url: str, commit: str) -> None:
    body = json.dumps({"ref": "refs/heads/main", "after": commit, "repository": {"clone_url": url}}).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "X-GitHub-Event": "push", "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://{receiver}/webhook", body, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        if not json.loads(answer.read()).get("accepted"):
            raise RuntimeError("the push was not accepted")


def _synced(fleet: Population, each: int, commit: str = "") -> bool:
    found = fleet.seen()
    return len(found) == fleet.number and all(_is_synced(one.get("status", {}), each, commit) for one in found)


def _is_synced(status: dict[str, Any], each: int, commit: str) -> bool:
    told: list[dict[str, str]] = status.get("conditions", [])
    everything = next((one for one in told if one["type"] == "AllGatewaysSynced"), {})
    wanted = not commit or status.get("lastSyncCommit") == commit
    return wanted and everything.get("status") == "True" and everything.get("message") == f"{each}/{each} synced"


def _pod(plane: Plane, place: tuple[str, str], number: int) -> None:
    namespace, name = place
    image = {"image": "none", "imagePullPolicy": "IfNotPresent"}
    body = {
        "metadata": {"name": f"{name}-gw-{number}", "annotations": {names.INJECT: "true", names.CR_NAME: name}},
        "spec": {
            "initContainers": [{"name": names.AGENT_CONTAINER, "restartPolicy": "Always", **image}],
            "containers": [{"name": "gateway", **image}],
        },
    }
    pods = f"/api/v1/namespaces/{namespace}/pods"
    plane.admin.create(pods, body)
    plane.admin.patch(f"{pods}/{name}-gw-{number}/status", {"status": {"phase": "Running"}})


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not within {PATIENCE:.0f} s")
        time.sleep(0.5)


@contextmanager
def _agents(plane: Plane) -> Iterator[None]:
    with subprocess.Popen([sys.executable, "-m", "bench.reporting", str(plane.kubeconfig)]) as process:
        try:
            yield
        finally:
            process.terminate()
