"""Many agents' reports from one process: each with the agent's own publishing code, its own bounds and its own keys.

What is left out is the gateway beside each: a hundred of those are a hundred processes, and none of them would report faster.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import trio

from stoker.agent.patient import PatientCluster
from stoker.agent.publish import Publisher
from stoker.agent.report import identity
from stoker.agent.setup import AgentSetup
from stoker.git.credentials import Credentials
from stoker.kube.config import in_cluster
from stoker.kube.events import EventRecorder
from stoker.kube.http import HttpCluster

if TYPE_CHECKING:
    from stoker.api.reports import HistoryEntry, Report
    from tests.cluster.plane import Plane


class Crowd:
    """``size`` agents of one resource, ``gw-0`` and on; ``account`` is the folder with their service account's files."""

    def __init__(self, plane: Plane, namespace: str, cr: str, account: Path, size: int) -> None:
        where = {in_cluster.HOST: "127.0.0.1", in_cluster.PORT: str(plane.port)}
        self.setups = [lone(namespace, cr, f"gw-{number}") for number in range(size)]
        self._clusters = [HttpCluster(in_cluster.in_cluster(where, account)) for _ in self.setups]
        patient = [PatientCluster(cluster) for cluster in self._clusters]
        self.publishers = [
            Publisher(setup, cluster, EventRecorder(cluster, "stoker-agent"))
            for setup, cluster in zip(self.setups, patient, strict=True)
        ]
        self.refused = 0

    async def report(self, report: Report, entry: HistoryEntry, *, history: int) -> None:
        """All at once: one more sync of each, until all of it is written. ``refused`` counts what had to be tried again."""
        async with trio.open_nursery() as nursery:
            for setup, publisher in zip(self.setups, self.publishers, strict=True):
                publisher.report(identity(setup, report), history=history)
                publisher.remember(msgspec.structs.replace(entry, author=setup.pod_name))
                nursery.start_soon(self._flush, publisher)

    async def close(self) -> None:
        """Closes all connections."""
        for cluster in self._clusters:
            await cluster.__aexit__()

    async def _flush(self, publisher: Publisher) -> None:
        while not await publisher.flush():
            self.refused += 1


def lone(namespace: str, cr: str, pod: str) -> AgentSetup:
    """An agent that does nothing but publish."""

    async def key() -> str:
        return ""

    async def credentials(_auth: str) -> Credentials:
        return Credentials.none()

    return AgentSetup(
        namespace=namespace,
        pod_name=pod,
        pod_uid=f"uid-{pod}",
        cr_name=cr,
        gateway_name="press",
        profile="default",
        data=Path("/nowhere"),
        gateway_url="http://localhost:8088",
        verify_tls=False,
        api_key=key,
        git_credentials=credentials,
        version="1.2.3",
    )
