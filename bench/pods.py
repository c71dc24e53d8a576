"""Agents as the processes they are in pods, over a real API server: a push to all of them, and a hundred reports at once."""

from __future__ import annotations

import hashlib
import hmac
import json
import statistics
import time
from typing import TYPE_CHECKING, Final

import httpx
import trio

from bench.serving import daemon, make
from bench.table import Page, Row, milliseconds
from stoker.api import names
from stoker.api.handoff import history_limit
from stoker.api.reports import HistoryEntry, Report
from stoker.observe import logs
from tests.cluster import accounts, binaries
from tests.cluster.plane import Plane
from tests.cluster.plugin import prepared
from tests.manager.process import Manager
from tests.sidecar.crowd import Crowd
from tests.sidecar.site import Site

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.serving import Served

PUSHES: Final = 15
WARM: Final = 3
AGENTS: Final = 100
SECRET: Final = "bench-secret-0815"
BOUND: Final = 120.0
SEEN_BY: Final = 0.002
READS_AFTER: Final = 1.0
"""Seconds from a request for a scan until a gateway reads its files. All of them share this machine's two cores with what is
measured, and elsewhere each has its own: what a gateway does once it has answered is kept out of the time until all have."""
APART: Final = 2.5


def measure(page: Page, base: Path) -> None:
    """The rows of this section."""
    logs.configure(level="warning")  # of the gateways, which live here
    home = base / "pods"
    (home / "served").mkdir(parents=True)
    plane = Plane(binaries.found(), prepare=prepared)
    try:
        with daemon(home / "served") as root:
            served = make(home, home / "served", "M", root)
            for count, goal in ((1, "p50 under 300 ms"), (20, "p50 under 700 ms")):
                pushes = trio.run(_pushes, plane, served, home / str(count), count)
                work = f"push to live and scanned, real API server, agents as processes, M: {count}"
                page.add(Row(work, _figure([took for each in pushes for took in each]), goal))
                if count > 1:
                    page.add(Row("… until the last of them", _figure([max(each) for each in pushes]), "–"))
        page.add(
            Row("100 agents report at once", trio.run(_reports, plane, home / "crowd"), "no conflict, no lost report")
        )
    finally:
        plane.close()


def _figure(samples: list[float]) -> str:
    return f"p50 {statistics.median(samples) * 1e3:.0f} ms; {milliseconds(samples)}"


async def _pushes(plane: Plane, served: Served, root: Path, count: int) -> list[list[float]]:
    space = f"pods-{count}"
    _make_namespace(plane, space)
    token = accounts.manager_token(plane, home=f"{space}-home", watched=[space])
    config = plane.write_kubeconfig(space, {"token": token}, namespace=f"{space}-home")
    narrow = ("--watch-namespaces", space, "--receiver", "127.0.0.1:0")
    manager = Manager(root / "manager", config, narrow, {"WEBHOOK_HMAC_SECRET": SECRET})
    samples: list[list[float]] = []
    try:
        await trio.to_thread.run_sync(manager.ready)
        url = await trio.to_thread.run_sync(manager.url, "receiver")
        async with trio.open_nursery() as nursery:
            sites: list[Site] = []
            try:
                for number in range(count):
                    sites.append(await _site(plane, space, root, nursery, f"line-{number}", served))  # noqa: PERF401
                with trio.fail_after(BOUND):
                    for site in sites:
                        await site.synced(served.commit, f"gw-{site.cr}")
                for number in range(WARM + PUSHES):
                    took = await _push(f"{url}/webhook/{space}", served, sites)
                    samples += [took] if number >= WARM else []
                    await trio.sleep(APART)
            finally:
                with trio.CancelScope(shield=True, deadline=trio.current_time() + BOUND):
                    for site in sites:
                        await site.end()
            nursery.cancel_scope.cancel()
    finally:
        manager.close()
    return samples


async def _site(plane: Plane, space: str, root: Path, nursery: trio.Nursery, cr: str, served: Served) -> Site:
    """A resource, its pod, its gateway and its agent."""
    site = Site(plane, space, root / cr, nursery, cr=cr)
    pod = await site.pod(f"gw-{cr}")
    pod.gateway.scan_delay = READS_AFTER
    spec = {
        "git": {"repo": served.url, "ref": "main"},
        "polling": {"interval": "1h"},
        "gateway": {"port": pod.port, "api": {"secretName": "ignition"}},
        "sync": {"profiles": {"default": {"mappings": [{"source": "projects", "destination": "projects"}]}}},
    }
    plane.admin.patch(f"/apis/{names.API_VERSION}/namespaces/{space}/{names.PLURAL}/{cr}", {"spec": spec})
    await pod.start(LOG_LEVEL="info")
    return site


async def _push(url: str, served: Served, sites: Sequence[Site]) -> list[float]:
    """From the request's begin until each gateway has answered both scans."""
    commit = await trio.to_thread.run_sync(served.change_one)
    gateways = [pod.gateway for site in sites for pod in site.pods.values()]
    wanted = [len(gateway.scans) + 2 for gateway in gateways]
    payload = {"ref": "refs/heads/main", "after": commit, "deleted": False, "repository": {"clone_url": served.url}}
    raw = json.dumps(payload).encode()
    digest = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={digest}", "X-GitHub-Event": "push"}
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        began = time.perf_counter()
        answer = await client.post(url, content=raw, headers=headers)
        answer.raise_for_status()
    took: dict[int, float] = {}
    with trio.fail_after(BOUND):
        while len(took) < len(gateways):
            await trio.sleep(SEEN_BY)
            now = time.perf_counter() - began
            for number, gateway in enumerate(gateways):
                if number not in took and len(gateway.scans) >= wanted[number]:
                    took[number] = now
    return list(took.values())


async def _reports(plane: Plane, root: Path) -> str:
    """Each writes its report and one line of history; the time until the last has."""
    _make_namespace(plane, "crowd")
    paths = [f"projects/line/com.inductiveautomation.perspective/views/view {number}/view.json" for number in range(5)]
    report = Report(sync_status="Synced", synced_commit="a" * 40, projects_synced=["line"])
    entry = HistoryEntry(
        at="2026-01-01T00:00:00Z", trigger="commit", ref="main", commit="a" * 40, modified=5, modified_paths=paths
    )
    async with trio.open_nursery() as nursery:
        site = Site(plane, "crowd", root, nursery)
        pod = await site.pod()
        site.open()
        crowd = Crowd(plane, "crowd", site.cr, pod.root / "account", AGENTS)
        rounds = []
        for _ in range(2):
            began = time.perf_counter()
            await crowd.report(report, entry, history=history_limit(AGENTS))
            rounds.append(time.perf_counter() - began)
        kept = len(site.keys(names.status_configmap(site.cr))), len(site.keys(names.changes_configmap(site.cr)))
        await crowd.close()
        nursery.cancel_scope.cancel()
    return (
        f"{kept[0]} reports and {kept[1]} histories there; all written after {rounds[0]:.1f} s, later {rounds[1]:.1f} s;"
        f" {crowd.refused} begun again"
    )


def _make_namespace(plane: Plane, name: str) -> None:
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": name}}
    secret = {"apiVersion": "v1", "kind": "Secret", "stringData": {"apiKey": "bench:key"}}
    plane.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, account)
    plane.admin.apply(secret | {"metadata": {"name": "ignition", "namespace": name}})
