"""The web servers of standalone mode: the receiver, and the probes with the metrics.

Loaded only where one of them is asked for: hypercorn and quart are a good part of a start. What they say is their rooms'
business; here they get their addresses, and the probes are told what is amiss.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from stoker.nursery.service import Named
from stoker.observe.logs import get_logger
from stoker.observe.metrics import render
from stoker.receiver.app import create_app
from stoker.standalone.parts import Parts, utc_now
from stoker.web.probes import probe_app
from stoker.web.serve import serve

if TYPE_CHECKING:
    from collections.abc import Mapping

    import trio

    from stoker.nursery.service import Service
    from stoker.process.vitals import Vitals
    from stoker.settings import ReceiverSettings


def servers(parts: Parts, receiver: ReceiverSettings, stopping: trio.Event, vitals: Vitals) -> list[Named]:
    """The servers that were asked for."""
    services: list[Named] = []
    if parts.options.receiver is not None:
        app = create_app(
            parts.cluster,
            settings=receiver,
            metrics=parts.receiver_metrics,
            now=utc_now,
            kept=lambda: not parts.files.behind,
        )
        services.append(Named("receiver", _server("receiver_serving", app, parts.options.receiver, stopping)))
    if parts.options.probes is not None:
        probes = probe_app(
            live=lambda: _amiss(parts, vitals),
            ready=lambda: vitals.readiness.reasons,
            metrics=partial(render, parts.registry),
        )
        services.append(Named("probes", _server("probes_serving", probes, parts.options.probes, stopping)))
    return services


def _amiss(parts: Parts, vitals: Vitals) -> Mapping[str, str]:
    """What only a new process can mend."""
    amiss = dict(vitals.live())
    stuck = parts.fetches.stuck or parts.look_ups.stuck
    if stuck:
        amiss["git"] = f"a call to {stuck} hangs in its thread"
    for gateway, health in parts.healths.items():
        amiss |= {f"{gateway} {part}": why for part, why in health.live().items()}
    return amiss


def _server(event: str, app: object, bind: str, stopping: trio.Event) -> Service:
    log = get_logger("standalone")
    return partial(serve, app, bind=bind, stopping=stopping, on_bound=lambda urls: log.info(event, urls=urls))
