"""The controller as a service: watches, loop, look-ups and passes put together."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import trio

from stoker.api.times import utcnow
from stoker.controller.exchanges import Exchanges
from stoker.controller.lookups import Lookups, Turns
from stoker.controller.loop import Loop
from stoker.controller.pictures import View
from stoker.controller.reconcile import Reconciler
from stoker.controller.watches import Watches
from stoker.kube.events import EventRecorder
from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from stoker.controller.exchanges import TokenSource
    from stoker.controller.lookups import RefSource
    from stoker.controller.metrics import ControllerMetrics
    from stoker.kube.cluster import Cluster


class ControllerSettings(Value, frozen=True):
    """``namespaces``: only those (empty: all). ``auto_bind``: keep the agents' RoleBindings. ``watch_secrets``: look again at
    once when one changes; only without a cluster, where no one else's are there to be seen.
    """

    workers: int = 5
    namespaces: tuple[str, ...] = ()
    auto_bind: bool = True
    watch_secrets: bool = False


async def run_controller(
    cluster: Cluster,
    *,
    remote: RefSource,
    apps: TokenSource,
    metrics: ControllerMetrics,
    settings: ControllerSettings,
    now: Callable[[], datetime] = utcnow,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Runs until cancelled; started when the resources have been listed."""
    turns, loop = Turns(), Loop()
    watches = Watches(
        cluster,
        turns=turns,
        wake=loop.wake,
        pushed=loop.pushed,
        namespaces=settings.namespaces,
        bindings=settings.auto_bind,
        secrets=settings.watch_secrets,
    )
    async with trio.open_nursery() as nursery:
        reconciler = Reconciler(
            cluster=View(cluster, watches.pictures),
            lookups=Lookups(remote, nursery, loop.answered, turns=turns),
            exchanges=Exchanges(apps, nursery, loop.answered, metrics.show_token_expiry),
            metrics=metrics,
            events=EventRecorder(cluster, "stoker-controller", now=now),
            sight=watches,
            auto_bind=settings.auto_bind,
            now=now,
        )
        await nursery.start(partial(loop.run, reconciler.reconcile, workers=settings.workers))
        await nursery.start(watches.run)
        task_status.started()
