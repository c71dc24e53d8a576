"""What stands for the agents of a fleet: ``python -m bench.reporting KUBECONFIG``, until it is terminated.

It watches the metadata of every resource, as each of their agents does, and once a commit is new answers for all pods of
the resource as agents do: a merge patch of the pod's key of the status map and one of the changes map, each pod by itself.
"""

from __future__ import annotations

import random
import sys
from functools import partial
from typing import Any, Final

import trio

from stoker.api import names
from stoker.api.handoff import Metadata
from stoker.api.reports import HistoryEntry, Report, encode_history
from stoker.errors import StokerError
from stoker.kube.cluster import CONFIGMAPS, PODS, WatchEvent
from stoker.kube.config.find import find_access
from stoker.kube.http.adapter import HttpCluster

AT_ONCE: Final = 16
_PREFIX: Final = names.metadata_configmap("")


class Fleet:
    """Pods by resource, and the commit that each resource's agents have reported."""

    def __init__(self, cluster: HttpCluster) -> None:
        self._cluster = cluster
        self._pods: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._commits: dict[tuple[str, str], str] = {}
        self._limit = trio.CapacityLimiter(AT_ONCE)

    async def run(self) -> None:
        """Until cancelled."""
        for pod in (await self._cluster.list(PODS)).items:
            resource = (pod.metadata.namespace, (pod.metadata.annotations or {}).get(names.CR_NAME, ""))
            self._pods.setdefault(resource, []).append((pod.metadata.name, pod.metadata.uid))
        send, receive = trio.open_memory_channel[WatchEvent[Any]](1000)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._watch, send)
            async for event in receive:
                if event.object is not None and event.object.metadata.name.startswith(_PREFIX):
                    self._look(event.object, nursery)

    async def _watch(self, send: trio.MemorySendChannel[WatchEvent[Any]]) -> None:
        listing = await self._cluster.list(CONFIGMAPS)
        for item in listing.items:
            await send.send(WatchEvent("ADDED", item, listing.resource_version))
        version = listing.resource_version
        while True:
            await self._cluster.watch(CONFIGMAPS, "", resource_version=version, into=send.clone())

    def _look(self, found: Any, nursery: trio.Nursery) -> None:
        resource = (found.metadata.namespace, found.metadata.name.removeprefix(_PREFIX))
        metadata = Metadata.from_data(found.data)
        if metadata.commit and self._commits.get(resource) != metadata.commit:
            self._commits[resource] = metadata.commit
            for name, uid in self._pods.get(resource, ()):
                nursery.start_soon(self._report, resource, name, uid, metadata)

    async def _report(self, resource: tuple[str, str], pod: str, uid: str, metadata: Metadata) -> None:
        at = "2026-01-01T00:00:00Z"
        report = Report(
            sync_status="Synced",
            synced_commit=metadata.commit,
            synced_ref=metadata.ref,
            last_sync_time=at,
            last_sync_duration="0.3s",
            agent_version="bench",
            last_scan_result="projects=200 config=200",
            files_changed=1,
            pod_uid=uid,
            profile_name="default",
            gateway_name=pod,
        )
        entry = HistoryEntry(at=at, trigger="commit", ref=metadata.ref, commit=metadata.commit, result="success")
        texts = {
            names.status_configmap(resource[1]): report.encode(8192),
            names.changes_configmap(resource[1]): encode_history([entry], 2048),
        }
        for name, text in texts.items():
            await self._write(resource[0], name, {"data": {pod: text}})

    async def _write(self, namespace: str, name: str, body: dict[str, Any]) -> None:
        """Until it was taken, as agents do, for whom a map that many write at once is nothing unusual."""
        while True:
            try:
                async with self._limit:
                    await self._cluster.patch(CONFIGMAPS, namespace, name, body)
                return
            except StokerError:
                await trio.sleep(random.uniform(0.5, 1.5))


async def main(kubeconfig: str) -> None:
    """Serve until terminated."""
    access = await find_access({"KUBECONFIG": kubeconfig})
    async with HttpCluster(access) as cluster:
        await Fleet(cluster).run()


if __name__ == "__main__":
    trio.run(partial(main, sys.argv[1]))
