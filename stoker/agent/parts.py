"""The parts of one agent, put together: who is given whom. Nothing here runs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from stoker.agent.account import Account
from stoker.agent.aftermath import Aftermath
from stoker.agent.cycle import Cycle
from stoker.agent.desk import Desk
from stoker.agent.fetching import Fetcher
from stoker.agent.gateway import Monitor
from stoker.agent.guard import Guard
from stoker.agent.labels import OwnLabels
from stoker.agent.loop import Loop
from stoker.agent.patient import PatientCluster
from stoker.agent.profile import PROTECTION
from stoker.agent.publish import Publisher
from stoker.agent.scan import Scanner
from stoker.agent.trigger import Trigger
from stoker.agent.watch import Wanted
from stoker.kube.events import EventRecorder
from stoker.sync.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from stoker.agent.blocking import Blocking
    from stoker.agent.gate import Gate
    from stoker.agent.metrics import AgentMetrics
    from stoker.agent.setup import AgentSetup
    from stoker.api.handoff import Metadata
    from stoker.git.fetch import StorePool
    from stoker.ignition.client import GatewayClient
    from stoker.kube.cluster import Cluster


class Parts:
    """Made once for each life of an agent."""

    def __init__(
        self,
        setup: AgentSetup,
        client: GatewayClient,
        *,
        cluster: Cluster,
        stores: StorePool,
        metrics: AgentMetrics,
        gate: Gate,
        blocking: Blocking,
        now: Callable[[], datetime],
    ) -> None:
        who = {"gateway": setup.gateway_name, "namespace": setup.namespace}
        patient = PatientCluster(cluster)
        self.trigger = Trigger()
        self.monitor = Monitor(client, self.trigger, metrics, **who)
        self.publisher = Publisher(setup, patient, EventRecorder(patient, "stoker-agent", now=now))
        self.wanted = Wanted(
            setup,
            patient,
            self.trigger,
            on_metadata=partial(_locate, setup, client, self.monitor),
            on_relisted=self.publisher.look_soon,
        )
        self.desk = Desk(Engine(setup.data, protection=PROTECTION, now=now), gate, blocking, **who)
        self.aftermath = Aftermath(client, **who)
        scanner = Scanner(client, self.monitor, metrics, on_asked=self.aftermath.scanned, **who)
        cycle = Cycle(
            setup,
            self.desk,
            fetcher=Fetcher(setup, self.desk, stores, metrics),
            labels=OwnLabels(setup, patient),
            monitor=self.monitor,
            guard=Guard(client, metrics, **who),
            scanner=scanner,
        )
        self.loop = Loop(
            setup,
            wanted=self.wanted,
            trigger=self.trigger,
            desk=self.desk,
            cycle=cycle,
            account=Account(setup, self.publisher, metrics, now=now),
            publisher=self.publisher,
            monitor=self.monitor,
            scanner=scanner,
            gate=gate,
            metrics=metrics,
        )


def _locate(setup: AgentSetup, client: GatewayClient, monitor: Monitor, metadata: Metadata) -> None:
    """The port in the spec may change while the agent runs."""
    if setup.locate is not None and client.move(setup.locate(metadata)):
        monitor.moved()
