"""The agents' series in a process that runs several: each agent has a registry of its own, told apart when it is scraped.

In a cluster every agent is a process, and Prometheus itself puts ``namespace`` and ``pod`` on what it scrapes there. Here one
process answers for all, so the same two labels are put on by us: the names and labels of the contract stay as they are, no
gateway writes over another's gauges, and what belongs to a gateway vanishes with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.agent.metrics import AgentMetrics
from stoker.observe.metrics import Metric, new_registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stoker.observe.metrics import CollectorRegistry
    from stoker.standalone.gateways import Gateway

Place = tuple[str, str]


class GatewaySeries:
    """A collector of ``registry``. A gateway is known here by namespace and pod, and keeps its counts over restarts."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._agents: dict[Place, tuple[CollectorRegistry, AgentMetrics]] = {}
        registry.register(self)

    def of(self, gateway: Gateway) -> AgentMetrics:
        """The gateway's own series."""
        place = gateway.namespace, gateway.pod_name
        if place not in self._agents:
            registry = new_registry()
            self._agents[place] = registry, AgentMetrics(registry)
        return self._agents[place][1]

    def keep(self, gateways: Iterable[Gateway]) -> None:
        """Forget all others."""
        wanted = {(gateway.namespace, gateway.pod_name) for gateway in gateways}
        self._agents = {place: kept for place, kept in self._agents.items() if place in wanted}

    def collect(self) -> Iterator[Metric]:
        """One family a name, with the samples of every gateway."""
        families: dict[str, Metric] = {}
        for (namespace, pod), (registry, _) in self._agents.items():
            for family in registry.collect():
                joined = families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                for sample in family.samples:
                    labels = {"namespace": namespace, "pod": pod, **sample.labels}
                    joined.samples.append(sample._replace(labels=labels))
        yield from families.values()
