"""The controller over the in-memory store and counted git servers, on a virtual clock: what every test of it is made of."""

from __future__ import annotations

import base64
import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import trio
import trio.testing

from stoker.api import conditions, names
from stoker.controller.metrics import RESULTS, ControllerMetrics
from stoker.controller.run import ControllerSettings, run_controller
from stoker.kube.cluster import CONFIGMAPS, EVENTS, GATEWAYSYNCS, PODS, ROLEBINDINGS, SECRETS
from stoker.observe.metrics import new_registry
from tests.controller.refusing import RefusingCluster
from tests.fakes.apps import FakeApps
from tests.fakes.refs import FakeRefs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prometheus_client import CollectorRegistry

    from stoker.api.conditions import Condition
    from stoker.api.objects import GatewaySync, Pod
    from stoker.api.status import DiscoveredGateway, Status
    from stoker.controller.lookups import RefSource
    from stoker.kube.faults import Faults

T = TypeVar("T")
NS = "plant"
URL = "https://git.example/plant.git"
A, B, C = "a" * 40, "b" * 40, "c" * 40
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def now() -> datetime:
    """The wall clock that goes with the virtual one."""
    return EPOCH + timedelta(seconds=trio.current_time())


def spec(**changes: Any) -> dict[str, Any]:
    """A good spec; ``changes`` by path with ``__`` for a dot, None removes."""
    made: dict[str, Any] = {
        "git": {"repo": URL, "ref": "main"},
        "gateway": {"api": {"secretName": "api-key"}},
        "sync": {"profiles": {"default": {"mappings": [{"source": "projects", "destination": "projects"}]}}},
    }
    for path, value in changes.items():
        here = made
        *parents, last = path.split("__")
        for step in parents:
            here = here.setdefault(step, {})
        if value is None:
            here.pop(last, None)
        else:
            here[last] = copy.deepcopy(value)
    return made


@dataclass
class House:
    """``start`` runs the controller; everything else is what users, agents and git servers do, and what they then see."""

    cluster: RefusingCluster
    refs: FakeRefs = field(default_factory=FakeRefs)
    apps: FakeApps = field(default_factory=lambda: FakeApps(now))
    registry: CollectorRegistry = field(default_factory=new_registry)
    auto_bind: bool = True
    nursery: trio.Nursery = field(init=False)

    def __post_init__(self) -> None:
        self.metrics = ControllerMetrics(self.registry)

    @classmethod
    def built(cls, faults: Faults | None = None) -> House:
        """With an empty store and a repository whose main is at A."""
        house = cls(RefusingCluster(now=now, faults=faults))
        house.refs.push(URL, A)
        return house

    async def start(
        self,
        nursery: trio.Nursery,
        *,
        remote: RefSource | None = None,
        namespaces: tuple[str, ...] = (),
        workers: int = 5,
        watch_secrets: bool = False,
    ) -> None:
        """The controller, until the nursery ends."""
        self.nursery = nursery
        settings = ControllerSettings(workers, namespaces, self.auto_bind, watch_secrets)
        await nursery.start(
            partial(
                run_controller,
                self.cluster,
                remote=remote or self.refs,
                apps=self.apps,
                metrics=self.metrics,
                settings=settings,
                now=now,
            )
        )

    async def settle(self) -> None:
        """Until nothing happens any more at this instant."""
        await trio.testing.wait_all_tasks_blocked()

    async def advance(self, seconds: float) -> None:
        """The virtual clock goes on."""
        await trio.sleep(seconds)
        await self.settle()

    # --- what users do -------------------------------------------------------------------------------------------

    async def secret(self, name: str, namespace: str = NS, **data: str) -> None:
        """A Secret of plain texts."""
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
        await self.cluster.create(SECRETS, namespace, {"metadata": {"name": name}, "data": encoded})

    async def resource(self, name: str = "main", namespace: str = NS, **changes: Any) -> GatewaySync:
        """A GatewaySync with its API-key Secret, settled."""
        if self.cluster.peek(SECRETS, namespace, "api-key") is None:
            await self.secret("api-key", namespace, apiKey="name:secret")
        body = {"metadata": {"name": name}, "spec": spec(**changes)}
        made = await self.cluster.create(GATEWAYSYNCS, namespace, body)
        await self.settle()
        return made

    async def edit(self, name: str = "main", namespace: str = NS, *, settle: bool = True, **changes: Any) -> None:
        """Changes fields of the spec; None removes one."""
        patch: dict[str, Any] = {}
        for path, value in changes.items():
            here = patch
            *parents, last = path.split("__")
            for step in parents:
                here = here.setdefault(step, {})
            here[last] = value
        await self.cluster.patch(GATEWAYSYNCS, namespace, name, {"spec": patch})
        if settle:
            await self.settle()

    async def annotate(
        self, annotations: Mapping[str, str | None], name: str = "main", namespace: str = NS, *, settle: bool = True
    ) -> None:
        """As ``kubectl annotate --overwrite`` and the receiver do."""
        body = {"metadata": {"annotations": dict(annotations)}}
        await self.cluster.patch(GATEWAYSYNCS, namespace, name, body)
        if settle:
            await self.settle()

    async def pod(
        self,
        name: str,
        cr: str | None = "main",
        namespace: str = NS,
        *,
        phase: str = "Running",
        agent: bool = True,
        annotations: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | None = None,
        account: str = "",
    ) -> Pod:
        """A gateway's pod, settled."""
        said = {names.INJECT: "true", **({names.CR_NAME: cr} if cr else {}), **(annotations or {})}
        body = {
            "metadata": {"name": name, "annotations": said, "labels": dict(labels or {})},
            "spec": {
                "serviceAccountName": account,
                "initContainers": [{"name": names.AGENT_CONTAINER}] if agent else [],
                "containers": [{"name": "gateway"}],
            },
            "status": {"phase": phase},
        }
        made = await self.cluster.create(PODS, namespace, body)
        await self.settle()
        return made

    async def report(self, pod: Pod, cr: str = "main", *, key: str = "", **said: Any) -> None:
        """What an agent writes: its own key, by merge patch."""
        body = {"syncStatus": "Synced", "syncedCommit": A, "podUID": pod.metadata.uid, **said}
        text = msgspec.json.encode({name: value for name, value in body.items() if value != ""}).decode()
        patch = {"data": {key or pod.metadata.name: text}}
        await self.cluster.patch(CONFIGMAPS, pod.metadata.namespace, names.status_configmap(cr), patch)
        await self.settle()

    # --- what they see -------------------------------------------------------------------------------------------

    def seen(self, name: str = "main", namespace: str = NS) -> GatewaySync:
        """The resource as stored."""
        found = self.cluster.peek(GATEWAYSYNCS, namespace, name)
        assert found is not None, f"GatewaySync {namespace}/{name} is gone"
        return found

    def status(self, name: str = "main", namespace: str = NS) -> Status:
        """Its status."""
        return self.seen(name, namespace).status

    def condition(self, kind: str, name: str = "main", namespace: str = NS) -> Condition:
        """One of its conditions, which must be there."""
        found = conditions.find(self.status(name, namespace).conditions, kind)
        assert found is not None, f"no condition {kind}: {self.status(name, namespace).conditions}"
        return found

    def words(self, kind: str, name: str = "main", namespace: str = NS) -> tuple[str, str, str]:
        """Status, reason and message of a condition."""
        found = self.condition(kind, name, namespace)
        return found.status, found.reason, found.message

    def gateway(self, pod: str, name: str = "main", namespace: str = NS) -> DiscoveredGateway:
        """One discovered gateway, by its pod."""
        return {item.pod_name: item for item in self.status(name, namespace).discovered_gateways}[pod]

    def data(self, map_name: str, namespace: str = NS) -> dict[str, str] | None:
        """A ConfigMap's data, None when it is absent."""
        found = self.cluster.peek(CONFIGMAPS, namespace, map_name)
        return None if found is None else dict(found.data)

    def metadata(self, name: str = "main", namespace: str = NS) -> dict[str, str]:
        """The metadata ConfigMap's data, which must be there."""
        found = self.data(names.metadata_configmap(name), namespace)
        assert found is not None, "no metadata ConfigMap"
        return found

    def accounts(self, name: str = "main", namespace: str = NS) -> list[str]:
        """Who the RoleBinding is for."""
        found = self.cluster.peek(ROLEBINDINGS, namespace, names.agent_rolebinding(name))
        assert found is not None, "no RoleBinding"
        return [subject.name for subject in found.subjects]

    def events(self, reason: str) -> list[str]:
        """The messages of all events with that reason, as often as they were given."""
        said = [msgspec.convert(value, EVENTS.type) for value in self.cluster.snapshot(EVENTS)]
        return [event.message for event in said if event.reason == reason for _ in range(event.count)]

    def passes(self) -> float:
        """How many there have been over the resource."""
        return sum(self.value("reconcile_total", result=result) or 0 for result in RESULTS)

    def value(self, series: str, **labels: str) -> float | None:
        """One sample of the controller's metrics, None when there is none."""
        place = {"name": "main", "namespace": NS, **labels}
        return self.registry.get_sample_value(f"stoker_controller_{series}", place)
