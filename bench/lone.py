"""One agent alone in a process, as it runs beside a gateway: ``python -m bench.lone URL DATA STATE GATEWAY``.

The object store is in memory and told by standard input: each line is a commit that the controller would publish. For each
commit that the agent has reported as synced a line with what the process has read and written so far goes out.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import trio

from stoker.observe import logs  # first, as in every command: it sees to what its libraries load beside themselves

# isort: split
from stoker.agent.metrics import AgentMetrics
from stoker.agent.run import AgentSetup, run_agent
from stoker.api import names
from stoker.api.handoff import Metadata
from stoker.api.profiles import MappingSpec, ResolvedProfile
from stoker.api.reports import decode_report
from stoker.git.credentials import Credentials
from stoker.git.fetch import StorePool
from stoker.git.offload import Thread
from stoker.kube.cluster import CONFIGMAPS, WatchEvent
from stoker.kube.memory import MemoryCluster
from stoker.observe.memory import settle_in
from stoker.observe.metrics import new_registry, render
from stoker.web.probes import probe_app
from stoker.web.serve import serve

RESOURCE, POD, SPACE = "plant", "gateway-0", "default"
PROFILE = ResolvedProfile(mappings=[MappingSpec(source="projects", destination="projects")])


async def main(url: str, data: str, state: str, gateway: str) -> None:
    """Serve until standard input ends."""
    cluster = MemoryCluster()
    for name in (names.status_configmap(RESOURCE), names.changes_configmap(RESOURCE)):
        await cluster.create(CONFIGMAPS, SPACE, {"metadata": {"name": name}, "data": {}})
    metadata = {"metadata": {"name": names.metadata_configmap(RESOURCE)}, "data": _published(url, "")}
    await cluster.create(CONFIGMAPS, SPACE, metadata)
    registry = new_registry()
    stopping = trio.Event()
    probes = probe_app(live=dict, ready=dict, metrics=partial(render, registry))
    agent = partial(
        run_agent,
        _setup(Path(data), gateway),
        cluster=cluster,
        stores=StorePool(Path(state), offload=Thread()),
        metrics=AgentMetrics(registry),
        stopping=stopping,
    )
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_tell, cluster)
        await nursery.start(partial(serve, probes, bind="127.0.0.1:0", stopping=stopping))
        nursery.start_soon(agent)
        async for line in trio.wrap_file(sys.stdin):
            commit = {"data": _published(url, line.strip())}
            await cluster.patch(CONFIGMAPS, SPACE, names.metadata_configmap(RESOURCE), commit)
        stopping.set()
        nursery.cancel_scope.cancel()


def _published(url: str, commit: str) -> dict[str, str]:
    return Metadata(git_url=url, commit=commit, ref="main", profiles={"default": PROFILE}).to_data()


def _setup(data: Path, gateway: str) -> AgentSetup:
    async def api_key() -> str:
        return "bench:key"

    async def credentials(_kind: str) -> Credentials:
        return Credentials.none()

    return AgentSetup(SPACE, POD, "uid", RESOURCE, POD, "default", data, gateway, False, api_key, credentials, "bench")


async def _tell(cluster: MemoryCluster) -> None:
    send, receive = trio.open_memory_channel[WatchEvent[Any]](10)
    name = names.status_configmap(RESOURCE)
    told = ""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(partial(cluster.watch, CONFIGMAPS, SPACE, resource_version="0", into=send, name=name))
        async for event in receive:
            report = decode_report(event.object.data.get(POD, "")) if event.object is not None else None
            if report is not None and report.sync_status == "Synced" and report.synced_commit != told:
                told = report.synced_commit
                print(json.dumps({"commit": told, **_io()}), flush=True)


def _io() -> dict[str, int]:
    lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    return {name: int(value) for name, value in (line.split(": ") for line in lines)}


if __name__ == "__main__":
    settle_in()
    logs.configure(level="error", dev=False, stream=sys.stderr)
    url, data, state, gateway = sys.argv[1:]
    trio.run(main, url, data, state, gateway)
