"""The web servers of standalone mode: the receiver, and the probes with the metrics.

hypercorn and quart are loaded only where the receiver is asked for: they are a good part of a start. What the servers say is
their rooms' business; here they get their addresses, and the probes are told what is amiss.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from stoker.nursery.service import Named
from stoker.observe.logs import get_logger
from stoker.observe.metrics import render
from stoker.standalone.parts import Parts, utc_now
from stoker.web.pages import serve_pages
from stoker.web.probes import probe_pages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import trio

    from stoker.nursery.service import Service
    from stoker.process.vitals import Vitals
    from stoker.settings import ReceiverSettings


def servers(parts: Parts, receiver: ReceiverSettings, stopping: trio.Event, vitals: Vitals) -> list[Named]:
    """The servers that were asked for."""
    services: list[Named] = []
    if parts.options.receiver is not None:
        services.append(Named("receiver", _receiver(parts, receiver, parts.options.receiver, stopping)))
    if parts.options.probes is not None:
        pages = probe_pages(
            live=lambda: _amiss(parts, vitals),
            ready=lambda: vitals.readiness.reasons,
            metrics=partial(render, parts.registry),
        )
        serving = partial(serve_pages, pages, bind=parts.options.probes, on_bound=_told("probes_serving"))
        services.append(Named("probes", partial(serving, stopping=stopping)))
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


def _receiver(parts: Parts, settings: ReceiverSettings, bind: str, stopping: trio.Event) -> Service:
    from stoker.receiver.app import create_app
    from stoker.web.serve import serve

    app = create_app(
        parts.cluster,
        settings=settings,
        metrics=parts.receiver_metrics,
        now=utc_now,
        kept=lambda: not parts.files.behind,
    )
    return partial(serve, app, bind=bind, stopping=stopping, on_bound=_told("receiver_serving"))


def _told(event: str) -> Callable[[list[str]], None]:
    log = get_logger("standalone")
    return lambda urls: log.info(event, urls=urls)
