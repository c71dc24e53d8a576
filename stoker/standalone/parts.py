"""Makes the parts that every run of standalone mode shares: the store with its files, git, metrics, manifests.

Here, and in ``run`` and ``once``, the rooms meet; what each part does is its room's business.
"""

from __future__ import annotations

import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import trio

import stoker
from stoker.agent.health import Health
from stoker.agent.setup import AgentSetup
from stoker.controller.metrics import ControllerMetrics
from stoker.controller.run import ControllerSettings, run_controller
from stoker.errors import ManifestInvalid
from stoker.git.fetch import StorePool
from stoker.git.github_app import TokenExchange
from stoker.git.remote import Remote
from stoker.git.threads import ThreadPerRepository
from stoker.git.workers import open_workers
from stoker.kube.cluster import PODS
from stoker.kube.memory import MemoryCluster
from stoker.observe.logs import get_logger
from stoker.observe.memory import loading
from stoker.observe.metrics import ServiceMetrics, count_process, new_registry
from stoker.receiver.metrics import ReceiverMetrics
from stoker.standalone.apply import apply
from stoker.standalone.credentials import api_key_of, git_credentials_of
from stoker.standalone.notify import Starts
from stoker.standalone.reload import ManifestWatch
from stoker.standalone.series import GatewaySeries
from stoker.standalone.state import ObjectFiles
from stoker.values import Value, field

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from stoker.agent.setup import AgentOutcome
    from stoker.observe.metrics import CollectorRegistry
    from stoker.standalone.gateways import Gateway
    from stoker.standalone.manifests import Manifests
    from stoker.standalone.options import Options

T = TypeVar("T")
FLUSH_SECONDS = 10.0


def utc_now() -> datetime:
    """The wall clock, aware."""
    return datetime.now(UTC)


class Parts(Value, frozen=True):
    """What a run is made of."""

    options: Options
    cluster: MemoryCluster
    files: ObjectFiles
    remote: Remote
    apps: TokenExchange
    stores: StorePool
    fetches: ThreadPerRepository
    look_ups: ThreadPerRepository
    registry: CollectorRegistry
    service_metrics: ServiceMetrics
    controller_metrics: ControllerMetrics
    agent_series: GatewaySeries
    receiver_metrics: ReceiverMetrics
    healths: dict[str, Health] = field(default_factory=dict)
    starts: Starts = field(default_factory=Starts)
    """Of the agents that run, by ``namespace/pod``."""

    async def controller(self, *, task_status: trio.TaskStatus[None]) -> None:
        """The controller as a service. Nothing is bound to a role: there is no cluster to ask for permission."""
        await run_controller(
            self.cluster,
            remote=self.remote,
            apps=self.apps,
            metrics=self.controller_metrics,
            settings=ControllerSettings(auto_bind=False, watch_secrets=True),
            now=utc_now,
            task_status=task_status,
        )

    async def agent(
        self, gateway: Gateway, stopping: trio.Event, *, once: bool = False, task_status: trio.TaskStatus[None]
    ) -> None:
        """One gateway's agent."""
        run_agent = await trio.to_thread.run_sync(_agents_room)
        pod = await self.cluster.get(PODS, gateway.namespace, gateway.pod_name)
        setup = AgentSetup(
            namespace=gateway.namespace,
            pod_name=gateway.pod_name,
            pod_uid=pod.metadata.uid,
            cr_name=gateway.cr_name,
            gateway_name=gateway.gateway_name,
            profile=gateway.profile,
            data=gateway.data,
            gateway_url=gateway.url,
            verify_tls=gateway.verify_tls,
            api_key=api_key_of(self.cluster, gateway),
            git_credentials=git_credentials_of(self.cluster, gateway),
            version=stoker.__version__,
            by_manifests=True,
        )
        health = self.healths[gateway.label] = Health(on_started=partial(self.starts.passed, gateway.label))
        try:
            await run_agent(
                setup,
                cluster=self.cluster,
                stores=self.stores,
                metrics=self.agent_series.of(gateway),
                stopping=stopping,
                once=once,
                now=utc_now,
                health=health,
                task_status=task_status,
            )
        finally:
            self.healths.pop(gateway.label, None)

    def manifest_watch(self, on_applied: Callable[[Manifests], None]) -> ManifestWatch:
        """The watch over the manifests that were named."""
        options = self.options
        return ManifestWatch(
            options.manifests,
            data_dir=options.data_dir,
            host=options.host,
            cluster=self.cluster,
            on_applied=on_applied,
            log=get_logger("standalone.manifests"),
        )


def _agents_room() -> Callable[..., Awaitable[AgentOutcome | None]]:
    """For the first agent 20 ms, in which the controller sends its first look-up and waits for the server."""
    if "stoker.agent.run" not in sys.modules:
        with loading():
            from stoker.agent.run import run_agent
    else:  # and whole, or an agent beside this one is loading it: then this waits
        from stoker.agent.run import run_agent
    return run_agent


async def start_from(watch: ManifestWatch, parts: Parts) -> Manifests:
    """Read the manifests and make the store hold them; raises ManifestInvalid for what forbids a start."""
    manifests = await watch.load()
    if manifests.concerns:
        raise ManifestInvalid("\n".join(manifests.concerns))
    await apply(parts.cluster, manifests.objects)
    return manifests


async def with_parts(options: Options, use: Callable[[Parts], Awaitable[T]], *, fresh: bool = False) -> T:
    """Make the parts, ``use`` them, and leave the disk as they left the store.

    ``fresh``: forget the conditions of earlier runs, for a caller that waits to see this run's.
    """
    files = ObjectFiles(options.state_dir / "objects", log=get_logger("standalone.state"))
    cluster = MemoryCluster(now=utc_now)
    objects = await trio.to_thread.run_sync(files.read)
    if fresh:
        for body in objects:
            for key in ("conditions", "refResolutionStatus"):
                body.get("status", {}).pop(key, None)
    cluster.load(objects)
    cluster.on_change = files.changed
    registry = new_registry()
    count_process(registry)
    try:
        async with AsyncExitStack() as held:
            fetches, look_ups = ThreadPerRepository(), ThreadPerRepository()
            # Two groups of processes, so that fetches that drip for minutes keep no look-up waiting.
            remote = await held.enter_async_context(
                Remote(look_ups, ssh=await held.enter_async_context(open_workers()))
            )
            far = await held.enter_async_context(open_workers())
            stores = StorePool(options.state_dir / "git", offload=fetches, ssh=far)
            apps = await held.enter_async_context(TokenExchange())
            return await use(
                Parts(
                    options=options,
                    cluster=cluster,
                    files=files,
                    remote=remote,
                    apps=apps,
                    stores=stores,
                    fetches=fetches,
                    look_ups=look_ups,
                    registry=registry,
                    service_metrics=ServiceMetrics(registry),
                    controller_metrics=ControllerMetrics(registry),
                    agent_series=GatewaySeries(registry),
                    receiver_metrics=ReceiverMetrics(registry),
                )
            )
    finally:
        with trio.move_on_after(FLUSH_SECONDS, shield=True):
            await files.close()
