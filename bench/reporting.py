"""What stands for the agents of a fleet: ``python -m bench.reporting KUBECONFIG``, until it is terminated.

It watches the metadata of every resource, as each of their agents does, and once a commit is new answers for all pods of
the resource by the agents' own publishing: a merge patch of the pod's key of the status map and one of the changes map, each
in its turn. What is left out is the sync itself, and a connection for each agent.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Final

import trio

from stoker.agent.publish import Publisher
from stoker.api import names
from stoker.api.handoff import Metadata
from stoker.api.reports import HistoryEntry, Report
from stoker.kube.cluster import CONFIGMAPS, PODS
from stoker.kube.config.find import find_access
from stoker.kube.events import EventRecorder
from stoker.kube.http.adapter import HttpCluster
from stoker.kube.informer import Informer
from tests.sidecar.crowd import lone

if TYPE_CHECKING:
    from stoker.api.objects import ConfigMap

_PREFIX: Final = names.metadata_configmap("")


class Fleet:
    """Pods by resource, and the commit that each resource's agents have reported."""

    def __init__(self, cluster: HttpCluster) -> None:
        self._cluster = cluster
        self._pods: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._commits: dict[tuple[str, str], str] = {}
        self._publishers: dict[tuple[str, str, str], Publisher] = {}

    async def run(self) -> None:
        """Until cancelled."""
        for pod in (await self._cluster.list(PODS)).items:
            resource = (pod.metadata.namespace, (pod.metadata.annotations or {}).get(names.CR_NAME, ""))
            self._pods.setdefault(resource, []).append((pod.metadata.name, pod.metadata.uid))
        async with trio.open_nursery() as nursery:
            for namespace, name in self._pods:
                nursery.start_soon(self._watch, namespace, names.metadata_configmap(name), nursery)

    async def _watch(self, namespace: str, name: str, nursery: trio.Nursery) -> None:
        """One object, as each agent does: whoever watched them all would be told of every report too."""
        metadata = Informer(
            self._cluster, CONFIGMAPS, namespace, name=name, on_change=lambda _, new: self._look(new, nursery)
        )
        await metadata.run()

    def _look(self, found: ConfigMap | None, nursery: trio.Nursery) -> None:
        if found is None:
            return
        resource = (found.metadata.namespace, found.metadata.name.removeprefix(_PREFIX))
        metadata = Metadata.from_data(found.data)
        if metadata.commit and self._commits.get(resource) != metadata.commit:
            self._commits[resource] = metadata.commit
            for name, uid in self._pods.get(resource, ()):
                self._report(self._publisher(resource, name, nursery), name, uid, metadata)

    def _report(self, publisher: Publisher, pod: str, uid: str, metadata: Metadata) -> None:
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
        publisher.report(report, history=metadata.history_limit)
        publisher.remember(entry)

    def _publisher(self, resource: tuple[str, str], pod: str, nursery: trio.Nursery) -> Publisher:
        """The agent's own, which knows what it wrote and when its turn is."""
        key = (*resource, pod)
        if key not in self._publishers:
            setup = lone(*resource, pod)
            self._publishers[key] = Publisher(setup, self._cluster, EventRecorder(self._cluster, "stoker-agent"))
            nursery.start_soon(self._publishers[key].run)
        return self._publishers[key]


async def main(kubeconfig: str) -> None:
    """Serve until terminated."""
    access = await find_access({"KUBECONFIG": kubeconfig})
    async with HttpCluster(access) as cluster:
        await Fleet(cluster).run()


if __name__ == "__main__":
    trio.run(partial(main, sys.argv[1]))
