"""The agent's own servers: probes on one port, metrics on the other. They outlive the sync they report on, so that a
stopping agent says 503 on /readyz while its last merge ends.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import trio

from stoker.observe.metrics import render
from stoker.web.probes import probe_app
from stoker.web.serve import serve

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.agent.health import Health
    from stoker.observe.metrics import CollectorRegistry


class Addresses(NamedTuple):
    """Where to listen, ``HOST:PORT`` each; port 0 takes any."""

    probes: str
    metrics: str


async def serve_probes(
    health: Health,
    registry: CollectorRegistry,
    *,
    addresses: Addresses,
    stopping: trio.Event,
    on_bound: Callable[[str, list[str]], None] = lambda _what, _urls: None,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serves until ``stopping``, which is to be set after the agent has ended. OSError: an address cannot be bound."""
    probes = probe_app(live=health.live, ready=health.ready, startup=health.started)
    metrics = probe_app(live=health.live, ready=health.ready, metrics=partial(render, registry))
    async with trio.open_nursery() as nursery:
        for what, app, bind in (("probes", probes, addresses.probes), ("metrics", metrics, addresses.metrics)):
            await nursery.start(partial(serve, app, bind=bind, stopping=stopping, on_bound=partial(on_bound, what)))
        task_status.started()
