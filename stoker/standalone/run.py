"""``stoker standalone`` as a service: what runs beside what, and the order in which it stops.

The agents, the receiver and the probes stop first, at the signal; the controller and the manifest watch, which hear of
what those did last, after them; the files of the store are flushed last. Agents are not below the supervisor of the
others: one that keeps failing must end the process and not merely restart its siblings.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import trio

from stoker.kube.cluster import EVENTS
from stoker.nursery.service import Named
from stoker.nursery.supervisor import supervise
from stoker.observe.logs import get_logger
from stoker.observe.metrics import render
from stoker.observe.probes import Liveness, Readiness
from stoker.receiver.app import create_app
from stoker.standalone.agents import Agents
from stoker.standalone.expiry import expire_events
from stoker.standalone.parts import Parts, start_from, utc_now, with_parts
from stoker.web.probes import probe_app
from stoker.web.serve import serve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stoker.nursery.service import Service
    from stoker.settings import ReceiverSettings
    from stoker.standalone.manifests import Manifests
    from stoker.standalone.options import Options

SILENCE_SECONDS = 60.0
BEAT_SECONDS = 10.0


async def run_standalone(options: Options, receiver: ReceiverSettings, *, stopping: trio.Event) -> None:
    """Serve until ``stopping``. Raises ManifestInvalid at the start, ServiceFailed when something keeps failing."""
    await with_parts(options, partial(_serve, receiver=receiver, stopping=stopping))


async def _serve(parts: Parts, *, receiver: ReceiverSettings, stopping: trio.Event) -> None:
    log = get_logger("standalone")
    agents = Agents(parts.agent, on_restart=parts.restarted, log=get_logger("standalone.agents"))

    def applied(manifests: Manifests) -> None:
        agents.want(manifests.gateways)

    watch = parts.manifest_watch(applied)
    manifests = await start_from(watch, parts)
    inner = _outward(parts, receiver, stopping, (readiness := Readiness()), (liveness := Liveness(SILENCE_SECONDS)))
    late = trio.Event()
    outer = [
        Named("controller", until(late, parts.controller)),
        Named("manifests", until(late, watch.run)),
        Named("state", until(late, parts.files.run)),
        Named("events", until(late, partial(expire_events, parts.cluster, EVENTS, now=utc_now))),
        Named("heart", until(late, partial(_beat, liveness))),
    ]
    for named in (*inner, *outer):
        readiness.set(named.name, False, "not started")

    def state(name: str, serving: bool) -> None:
        readiness.set(name, serving, "restarting")

    guard = partial(supervise, on_restart=parts.restarted, on_state=state)
    async with trio.open_nursery() as nursery:
        await nursery.start(partial(guard, outer, stopping=late))
        async with trio.open_nursery() as first_to_stop:
            await first_to_stop.start(agents.run, stopping)
            applied(manifests)
            if inner:
                await first_to_stop.start(partial(guard, inner, stopping=stopping))
            log.info("standalone_serving", gateways=len(manifests.gateways), state_dir=str(parts.options.state_dir))
            await stopping.wait()
            log.info("standalone_stopping")
            readiness.set("process", False, "stopping")
        late.set()
    log.info("standalone_stopped")


def _outward(
    parts: Parts, receiver: ReceiverSettings, stopping: trio.Event, readiness: Readiness, liveness: Liveness
) -> list[Named]:
    """The servers that were asked for."""
    services: list[Named] = []
    if parts.options.receiver is not None:
        app = create_app(parts.cluster, settings=receiver, metrics=parts.receiver_metrics, now=utc_now)
        services.append(Named("receiver", _server("receiver_serving", app, parts.options.receiver, stopping)))
    if parts.options.probes is not None:
        probes = probe_app(
            live=lambda: _amiss(parts, liveness),
            ready=lambda: readiness.reasons,
            metrics=partial(render, parts.registry),
        )
        services.append(Named("probes", _server("probes_serving", probes, parts.options.probes, stopping)))
    return services


def _amiss(parts: Parts, liveness: Liveness) -> Mapping[str, str]:
    """What only a new process can mend."""
    amiss = {} if liveness.alive else {"loop": "the event loop does not turn"}
    if parts.fetches.stuck:
        amiss["git"] = f"a fetch from {parts.fetches.stuck} hangs in its thread"
    return amiss


def _server(event: str, app: object, bind: str, stopping: trio.Event) -> Service:
    log = get_logger("standalone")
    return partial(serve, app, bind=bind, stopping=stopping, on_bound=lambda urls: log.info(event, urls=urls))


def until(stopping: trio.Event, service: Service) -> Service:
    """``service``, which knows no stop of its own, cancelled at ``stopping``."""

    async def run(*, task_status: trio.TaskStatus[Any]) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_cancel_at, stopping, nursery.cancel_scope)
            await service(task_status=task_status)
            nursery.cancel_scope.cancel()

    return run


async def _cancel_at(stopping: trio.Event, scope: trio.CancelScope) -> None:
    await stopping.wait()
    scope.cancel()


async def _beat(liveness: Liveness, *, task_status: trio.TaskStatus[None]) -> None:
    task_status.started()
    while True:
        liveness.beat()
        await trio.sleep(BEAT_SECONDS)
