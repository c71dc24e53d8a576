"""One gateway's world on the virtual clock: object store, repository, data directory, gateway, and the agent beside it.

Nothing in it runs in a thread or over a socket: git and the engine work inline, the repository is read by file://.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import trio
from prometheus_client import CollectorRegistry

from stoker.agent.blocking import Inline
from stoker.agent.health import Health
from stoker.agent.metrics import AgentMetrics
from stoker.agent.run import run_agent
from stoker.agent.setup import AgentSetup
from stoker.api.handoff import Metadata
from stoker.api.profiles import MappingSpec, ResolvedProfile
from stoker.api.reports import HistoryEntry, Report, decode_history, decode_report
from stoker.git import offload
from stoker.git.credentials import Credentials
from stoker.git.fetch import StorePool
from stoker.ignition.client import GatewayClient
from stoker.kube.cluster import CONFIGMAPS, EVENTS, GATEWAYSYNCS, PODS
from stoker.kube.memory import MemoryCluster
from tests.agent.gateway import KEY, FakeGateway
from tests.fakes.wire import through

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from stoker.api.objects import KubeEvent
    from stoker.kube.cluster import Cluster
    from tests.fakes.gitrepos import Origin

SPACE, CR, POD = "plant", "line", "gw-0"
START = datetime(2026, 1, 1, tzinfo=UTC)
PROFILE = ResolvedProfile(mappings=[MappingSpec(source="projects", destination="projects")])
FILES = {
    "projects/line1/project.json": '{"title": "Line 1"}',
    "projects/line1/ignition/script-python/code/code.py": "print(1)\n",
}


def now() -> datetime:
    """The wall clock of this world."""
    return START + timedelta(seconds=trio.current_time())


class Agent:
    """One life of the agent."""

    def __init__(self) -> None:
        self.stopping = trio.Event()
        self.ended = trio.Event()
        self.health = Health()
        self.scope = trio.CancelScope()

    async def stop(self) -> None:
        """As SIGTERM does; returns when it has ended."""
        self.stopping.set()
        await self.ended.wait()


class Plant:
    """The whole. ``through``: what the agent sees of the object store, the store itself unless a test puts faults in."""

    def __init__(self, folder: Path, origin: Origin, nursery: trio.Nursery) -> None:
        self.origin = origin
        self.data = folder / "data"
        self.data.mkdir()
        self.stores = StorePool(folder / "git", offload=offload.Inline())
        self.cluster = MemoryCluster(now=now)
        self.through: Cluster = self.cluster
        self.gateway = FakeGateway()
        self.registry = CollectorRegistry()
        self.metrics = AgentMetrics(self.registry)
        self.profile = PROFILE
        self.key = KEY
        self.pod_uid = "uid-1"
        self.blocking: Any = Inline()
        self.agent = Agent()
        self.address = ""
        self.locate: Callable[[Metadata], str] | None = None
        self.now: Callable[[], datetime] = now
        self.changed = trio.Event()
        self.cluster.on_change = self._on_change
        self._nursery = nursery
        self.metadata = Metadata(origin.url, "", "main", profiles={"default": PROFILE})

    # --- the controller's side -----------------------------------------------------------------------------------

    async def prepare(self) -> None:
        """The resource, the pod, and the three maps, metadata without a commit."""
        await self.cluster.create(GATEWAYSYNCS, SPACE, {"metadata": {"name": CR}, "spec": {}})
        await self.cluster.create(PODS, SPACE, {"metadata": {"name": POD, "labels": {"site": "north"}}})
        for name in ("status", "changes"):
            await self.cluster.create(CONFIGMAPS, SPACE, {"metadata": {"name": f"stoker-{name}-{CR}"}, "data": {}})
        body = {"metadata": {"name": f"stoker-metadata-{CR}"}, "data": self.metadata.to_data()}
        await self.cluster.create(CONFIGMAPS, SPACE, body)

    async def want(self, commit: str | None = None, **changes: Any) -> None:
        """Write the metadata as the controller does: ``changes`` are fields of Metadata."""
        wanted = {"profiles": {"default": self.profile}, **changes}
        if commit is not None:
            wanted["commit"] = commit
        self.metadata = Metadata(**{**_fields(self.metadata), **wanted})
        await self.put(self.metadata.to_data())

    async def put(self, data: Mapping[str, str | None]) -> None:
        """Keys of the metadata map as they are."""
        await self.cluster.patch(CONFIGMAPS, SPACE, f"stoker-metadata-{CR}", {"data": dict(data)})

    async def profiled(self, **changes: Any) -> None:
        """Another profile."""
        self.profile = msgspec.structs.replace(self.profile, **changes)
        await self.want()

    async def push(self, files: Mapping[str, str | None], message: str = "change") -> str:
        """A commit, wanted at once."""
        commit = self.origin.commit(files, message=message)
        await self.want(commit)
        return commit

    # --- the agent -----------------------------------------------------------------------------------------------

    def setup(self) -> AgentSetup:
        """What the agent is given."""

        async def key() -> str:
            return self.key

        async def credentials(_auth: str) -> Credentials:
            return Credentials.none()

        return AgentSetup(
            namespace=SPACE,
            pod_name=POD,
            pod_uid=self.pod_uid,
            cr_name=CR,
            gateway_name="press",
            profile="default",
            data=self.data,
            gateway_url=self.address or "http://localhost:8088",
            verify_tls=False,
            api_key=key,
            git_credentials=credentials,
            version="1.2.3",
            locate=self.locate,
        )

    def start(self) -> Agent:
        """Start the agent; it runs until it is stopped or the test ends."""
        agent = Agent()
        self._nursery.start_soon(self._live, agent)
        return agent

    async def run(self, seconds: float = 2.0) -> Agent:
        """Start the agent and let ``seconds`` pass."""
        agent = self.start()
        await trio.sleep(seconds)
        return agent

    async def _live(self, agent: Agent) -> None:
        def connect(setup: AgentSetup) -> GatewayClient:
            way = None if self.address else through(self.gateway)
            return GatewayClient(setup.gateway_url, api_key=setup.api_key, way=way)

        try:
            with agent.scope:
                await partial(
                    run_agent,
                    self.setup(),
                    cluster=self.through,
                    stores=self.stores,
                    metrics=self.metrics,
                    stopping=agent.stopping,
                    now=self.now,
                    health=agent.health,
                    blocking=self.blocking,
                    connect=connect,
                )()
        finally:
            agent.ended.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Returns once ``holds()`` is true, asked after every change of the object store: for tests in real time."""
        with trio.fail_after(60):
            while not holds():
                await self.changed.wait()

    def _on_change(self, *_: object) -> None:
        self.changed.set()
        self.changed = trio.Event()

    # --- what can be seen ----------------------------------------------------------------------------------------

    def text(self, name: str) -> str:
        """The pod's key of the status or changes map."""
        found = self.cluster.peek(CONFIGMAPS, SPACE, f"stoker-{name}-{CR}")
        return found.data.get(POD, "") if found is not None else ""

    @property
    def report(self) -> Report:
        """The agent's report; the default one when there is none."""
        return decode_report(self.text("status")) or Report()

    @property
    def history(self) -> list[HistoryEntry]:
        """Newest last."""
        return decode_history(self.text("changes"))

    @property
    def events(self) -> list[KubeEvent]:
        """All events on the resource."""
        return [msgspec.convert(body, EVENTS.type) for body in self.cluster.snapshot(EVENTS)]

    @property
    def reasons(self) -> list[str]:
        """The reasons of all events, each as often as it was said, sorted."""
        return sorted(event.reason for event in self.events for _ in range(event.count))

    def metric(self, name: str, **labels: str) -> float:
        """A series without its prefix; 0 when it is not there."""
        return self.registry.get_sample_value(f"stoker_agent_{name}", labels) or 0.0

    def live(self, path: str = "projects/line1/project.json") -> str | None:
        """A live file's content, None when it is not there."""
        file = self.data / path
        return file.read_text() if file.exists() else None

    def edit(self, text: str, path: str = "projects/line1/project.json") -> None:
        """Somebody edits a live file by hand."""
        (self.data / path).parent.mkdir(parents=True, exist_ok=True)
        (self.data / path).write_text(text)


def _fields(metadata: Metadata) -> dict[str, Any]:
    return {name: getattr(metadata, name) for name in metadata.__dataclass_fields__}
