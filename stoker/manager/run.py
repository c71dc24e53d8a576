"""``stoker manager`` as a service: what runs beside what, and the order in which it stops.

Probes, metrics and the controller begin at once, for a process that waits for its API server must still answer whoever
asks whether it lives. What serves others (the receiver, the admission webhook) begins when those are usable, on every
replica. After the signal it ends first, once those who forward to it have had time to hear; the controller, which hears
of what came in last, after it, and with it the lease is given back.
"""

from __future__ import annotations

import socket
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import trio

from stoker.admission.certificates.given import GivenAuthority
from stoker.admission.certificates.keeper import Keeper
from stoker.controller.metrics import ControllerMetrics
from stoker.controller.run import ControllerSettings, run_controller
from stoker.git.github_app import TokenExchange
from stoker.git.remote import Remote
from stoker.git.workers import affordable, open_workers
from stoker.kube.config import find_access
from stoker.kube.http import HttpCluster
from stoker.kube.leadership import Fenced, Leadership
from stoker.kube.lease import Elector
from stoker.manager.servers import Sources, certificate_place, inward, outward
from stoker.nursery.circles import supervise_circles
from stoker.nursery.service import Named, Told
from stoker.nursery.shutdown import until
from stoker.observe.allowance import memory_limit
from stoker.observe.logs import get_logger
from stoker.observe.metrics import ServiceMetrics, count_process, new_registry
from stoker.process.crashes import Crashes
from stoker.process.resting import rest_when_quiet
from stoker.process.vitals import Vitals
from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from stoker.kube.cluster import Cluster
    from stoker.manager.options import Options
    from stoker.nursery.service import Service
    from stoker.settings import ReceiverSettings

    Work = Callable[..., Coroutine[Any, Any, None]]
    """A service once it was given the cluster to write to."""

LEASE: Final = "a86165bb.stoker.io"
"""As managers of older releases have it: while an upgrade replaces one of theirs, or a rollback one of ours, one alone leads."""
ITSELF: Final = 85_000_000
"""Bytes of memory that the manager takes without its git processes, with some hundred resources."""


async def run_manager(
    options: Options, receiver: ReceiverSettings, env: Mapping[str, str], stopping: trio.Event
) -> None:
    """Serve until ``stopping``. Raises SettingsInvalid or CredentialsInvalid at the start; ServiceFailed or ServiceReturned
    at the end, when a service kept failing or ended by itself (``stopping`` is set then, too).
    """
    env = {**env, "KUBECONFIG": options.kubeconfig}
    access = await find_access(env, context=options.context, mounted=options.service_account)
    replica = Replica(
        identity=f"{env.get('POD_NAME') or socket.gethostname()}_{uuid.uuid4()}",
        namespace=options.lease_namespace or env.get("POD_NAMESPACE", "") or access.namespace,
    )
    place = certificate_place(options, replica.namespace)
    registry = new_registry()
    count_process(registry)
    metrics = ControllerMetrics(registry)
    settings = ControllerSettings(options.workers, options.watch_namespaces, options.auto_bind_agent_rbac)
    processes = affordable(memory_limit(), beside=ITSELF)
    get_logger("manager").info(
        "manager_starting",
        server=access.server,
        identity=replica.identity,
        lease=f"{replica.namespace}/{LEASE}",
        git_processes=processes,
    )
    async with (
        HttpCluster(access) as cluster,
        open_workers(most=processes) as workers,
        Remote(workers) as remote,
        TokenExchange() as apps,
    ):

        async def control(over: Cluster, *, task_status: trio.TaskStatus[None]) -> None:
            work = partial(run_controller, over, remote=remote, apps=apps, metrics=metrics, settings=settings)
            async with trio.open_nursery() as nursery:
                if place is not None:
                    await nursery.start(Keeper(over, place).run)
                elif options.webhook_cert_dir is not None and options.webhook_configuration:
                    given = GivenAuthority(over, options.webhook_configuration, options.webhook_cert_dir)
                    await nursery.start(given.run)
                try:
                    await work(task_status=task_status)
                finally:
                    metrics.clear()  # whoever does not lead has nothing to say about resources
                nursery.cancel_scope.cancel()

        controller = replica.led(cluster, control) if options.leader_election else partial(control, cluster)
        await _serve(options, Sources(cluster, registry, receiver, Vitals(), place), controller, stopping)


class Replica(Value, frozen=True):
    """Who this process is among its like; ``namespace``: where their lease is."""

    identity: str
    namespace: str

    def led(self, cluster: HttpCluster, work: Work) -> Service:
        """``work`` as a service that does something only while this replica leads, and then writes only as its leader."""
        leadership = Leadership()
        elector = Elector(cluster, namespace=self.namespace, name=LEASE, identity=self.identity, leadership=leadership)
        return partial(elector.run, partial(work, Fenced(cluster.fenced(leadership.check), leadership)))


async def _serve(options: Options, sources: Sources, controller: Service, stopping: trio.Event) -> None:
    log, vitals, late = get_logger("manager"), sources.vitals, trio.Event()
    counting = ServiceMetrics(sources.registry)
    inner = outward(options, sources, stopping)
    outer = [
        *inward(options, sources, late),
        Named("controller", until(late, controller)),
        Named("heart", until(late, vitals.beat)),
        Named("rest", until(late, rest_when_quiet)),
    ]
    services = [named.name for named in (*inner, *outer)]
    vitals.expect(services)
    counting.follow(services)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_say_stopping, stopping, vitals)
        await supervise_circles(
            inner,
            outer,
            stopping=stopping,
            late=late,
            on_crash=Crashes("manager", counting),
            on_state=vitals.state,
            task_status=Told(partial(log.info, "manager_serving", services=services)),
        )
        nursery.cancel_scope.cancel()
    log.info("manager_stopped")


async def _say_stopping(stopping: trio.Event, vitals: Vitals) -> None:
    await stopping.wait()
    get_logger("manager").info("manager_stopping")
    vitals.stopping()
