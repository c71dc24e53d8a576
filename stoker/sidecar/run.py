"""An agent and its servers, as services: the agent ends first, its probes and metrics, which tell of that, after it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import trio

import stoker
from stoker.agent.health import FETCH_HANGS_AFTER, Health, hangs
from stoker.agent.metrics import AgentMetrics
from stoker.agent.probes import Addresses, serve_probes
from stoker.agent.run import run_agent
from stoker.agent.setup import AgentSetup
from stoker.git.fetch import StorePool
from stoker.git.library import READ_TIMEOUT
from stoker.git.offload import Thread
from stoker.nursery.circles import supervise_circles
from stoker.nursery.service import Named
from stoker.observe.logs import get_logger
from stoker.observe.metrics import ServiceMetrics, count_process, new_registry
from stoker.process.crashes import Crashes
from stoker.sidecar.cluster import found
from stoker.sidecar.secrets import MountedSecrets
from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stoker.api.handoff import Metadata
    from stoker.sidecar.command import Options
    from stoker.sidecar.environment import PodSettings


class GitBounds(Value, frozen=True):
    """Seconds: for one ``fetch``; for each connect and ``read`` of it; and how long past its deadline one that does not end may
    ``hang`` before only a new process helps.
    """

    fetch: float = 600.0
    read: float = READ_TIMEOUT
    hang: float = FETCH_HANGS_AFTER


BOUNDS: Final = GitBounds()


async def run_sidecar(
    settings: PodSettings,
    options: Options,
    *,
    env: Mapping[str, str],
    stopping: trio.Event,
    bounds: GitBounds = BOUNDS,
) -> None:
    """Serve until ``stopping``. Raises what ``cluster.found`` raises, ServiceFailed and ServiceReturned."""
    log = get_logger("agent", namespace=settings.namespace, gateway=settings.gateway_name).bind(name=settings.cr_name)
    git = Thread()
    stuck = hangs(lambda: git.stuck_since, after=bounds.hang)
    health = Health(stuck, on_started=lambda: log.info("gateway_may_start"))
    registry = new_registry()
    count_process(registry)
    crashed = Crashes("agent", ServiceMetrics(registry))
    log.info(
        "agent_starting",
        version=stoker.__version__,
        profile=settings.profile,
        data=str(settings.data),
        repo=str(settings.repo),
    )
    late = trio.Event()
    async with found(env, log) as cluster, trio.open_nursery() as nursery:
        stores = StorePool(settings.repo, offload=git, fetch_deadline=bounds.fetch, read_timeout=bounds.read)
        metrics = AgentMetrics(registry)

        async def agent(*, task_status: trio.TaskStatus[None]) -> None:
            await run_agent(
                setup_of(settings),
                cluster=cluster,
                stores=stores,
                metrics=metrics,
                stopping=stopping,
                health=health,
                task_status=task_status,
            )

        servers = partial(
            serve_probes,
            health,
            registry,
            addresses=Addresses(options.probes, options.metrics),
            stopping=late,
            on_bound=lambda what, urls: log.info("serving", service=what, urls=urls),
        )
        nursery.start_soon(_close_the_door, stopping, health, log)
        await supervise_circles(
            [Named("agent", agent)],
            [Named("probes", servers)],
            stopping=stopping,
            late=late,
            on_crash=crashed,
            on_state=lambda _service, _serving: None,
        )
    log.info("agent_stopped")


def setup_of(settings: PodSettings) -> AgentSetup:
    """The agent's own view of its pod."""
    secrets = MountedSecrets(settings)
    return AgentSetup(
        namespace=settings.namespace,
        pod_name=settings.pod_name,
        pod_uid=settings.pod_uid,
        cr_name=settings.cr_name,
        gateway_name=settings.gateway_name,
        profile=settings.profile,
        data=settings.data,
        gateway_url=on_loopback(settings.gateway_port, tls=settings.gateway_tls),
        verify_tls=False,  # it never leaves the pod, and gateways sign their certificates themselves
        api_key=secrets.api_key,
        git_credentials=secrets.git_credentials,
        version=stoker.__version__,
        locate=partial(by_metadata, settings),
        sync_period=settings.sync_period,
    )


def by_metadata(settings: PodSettings, metadata: Metadata) -> str:
    """Where the resource says that the gateway listens; what it does not say is as the pod's environment has it."""
    port = settings.gateway_port if "gatewayPort" in metadata.absent else metadata.gateway_port
    tls = settings.gateway_tls if "gatewayTLS" in metadata.absent else metadata.gateway_tls
    return on_loopback(port, tls=tls)


def on_loopback(port: int, *, tls: bool) -> str:
    """The gateway's address within its pod."""
    return f"{'https' if tls else 'http'}://localhost:{port}"


async def _close_the_door(stopping: trio.Event, health: Health, log: Any) -> None:
    """Not ready from the very signal on, whatever the agent is at."""
    await stopping.wait()
    log.info("agent_stopping")
    health.gate.stop()
