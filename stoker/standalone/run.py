"""``stoker standalone`` as a service: what runs beside what, and the order in which it stops.

The agents, the receiver and the probes stop first, at the signal; the controller and the manifest watch, which hear of
what those did last, after them; the files of the store are flushed last. The same order holds when a service can only be
given up: it sets the process's own stop, and what it died of is raised at the end. An agent that is given up gives
up ``agents`` as a whole, and with it the process.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import trio

from stoker.kube.cluster import EVENTS
from stoker.nursery.circles import supervise_circles
from stoker.nursery.service import Named, Told
from stoker.nursery.shutdown import until
from stoker.observe.logs import get_logger
from stoker.process.crashes import Crashes
from stoker.process.vitals import Vitals
from stoker.standalone.agents import Agents
from stoker.standalone.expiry import expire_events
from stoker.standalone.notify import say_ready, tell
from stoker.standalone.parts import Parts, start_from, utc_now, with_parts

if TYPE_CHECKING:
    from stoker.settings import ReceiverSettings
    from stoker.standalone.manifests import Manifests
    from stoker.standalone.options import Options


async def run_standalone(options: Options, receiver: ReceiverSettings, *, stopping: trio.Event) -> None:
    """Serve until ``stopping``. Raises ManifestInvalid at the start; ServiceFailed or ServiceReturned at the end, when a
    service kept failing or ended by itself (``stopping`` is set then, too).
    """
    await with_parts(options, partial(_serve, receiver=receiver, stopping=stopping))


async def _serve(parts: Parts, *, receiver: ReceiverSettings, stopping: trio.Event) -> None:
    log = get_logger("standalone")
    vitals, crashed = Vitals(), Crashes("standalone", parts.service_metrics)
    agents = Agents(parts.agent, on_crash=crashed, readiness=vitals.readiness, log=get_logger("standalone.agents"))

    def applied(manifests: Manifests) -> None:
        agents.want(manifests.gateways)
        parts.starts.want(gateway.label for gateway in manifests.gateways)
        parts.agent_series.keep(manifests.gateways)
        services = [named.name for named in (*inner, *outer)]
        parts.service_metrics.follow([*services, *(gateway.service for gateway in manifests.gateways)])

    watch = parts.manifest_watch(applied)
    manifests = await start_from(watch, parts)
    inner = [
        Named("agents", partial(agents.run, stopping)),
        *_servers(parts, receiver, stopping, vitals),
    ]
    late = trio.Event()
    outer = [
        Named("controller", until(late, parts.controller)),
        Named("manifests", until(late, watch.run)),
        Named("state", until(late, parts.files.run)),
        Named("events", until(late, partial(expire_events, parts.cluster, EVENTS, now=utc_now))),
        Named("heart", until(late, vitals.beat)),
        Named("notify", until(late, partial(say_ready, parts.starts, os.environ))),
    ]
    vitals.expect(named.name for named in (*inner, *outer))

    def serving() -> None:
        log.info("standalone_serving", gateways=len(manifests.gateways), state_dir=str(parts.options.state_dir))

    applied(manifests)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_say_stopping, stopping, vitals)
        await supervise_circles(
            inner,
            outer,
            stopping=stopping,
            late=late,
            on_crash=crashed,
            on_state=vitals.state,
            task_status=Told(serving),
        )
    log.info("standalone_stopped")


async def _say_stopping(stopping: trio.Event, vitals: Vitals) -> None:
    await stopping.wait()
    get_logger("standalone").info("standalone_stopping")
    await tell("STOPPING=1", os.environ)
    vitals.stopping()


def _servers(parts: Parts, receiver: ReceiverSettings, stopping: trio.Event, vitals: Vitals) -> list[Named]:
    """The web servers that were asked for; without any, none of what they need is loaded (90 ms and 12 MB of a start)."""
    if parts.options.receiver is None and parts.options.probes is None:
        return []
    from stoker.standalone.servers import servers

    return servers(parts, receiver, stopping, vitals)
