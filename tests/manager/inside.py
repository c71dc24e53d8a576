"""The controller in the test's own process, over the real API server: for what no process lets happen from outside.

It has the manager's rights and everything else that a manager gives it; only the wall clock, and what stands between it and
the server, are the test's.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import trio

from stoker.controller.metrics import ControllerMetrics
from stoker.controller.run import ControllerSettings, run_controller
from stoker.git.github_app import TokenExchange
from stoker.git.offload import Thread
from stoker.git.remote import Remote
from stoker.kube.config import find_access
from stoker.kube.http import HttpCluster
from stoker.observe.metrics import new_registry
from tests.cluster import accounts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from prometheus_client import CollectorRegistry

    from stoker.kube.cluster import Cluster
    from tests.cluster.plane import Plane
    from tests.manager.site import Site


@dataclass
class Clock:
    """The wall clock, ahead of the true one by what a test says."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        """Now."""
        return datetime.now(UTC) + self.ahead


@dataclass
class Inside:
    """What the controller is made with, and its series."""

    clock: Clock = field(default_factory=Clock)
    registry: CollectorRegistry = field(default_factory=new_registry)

    def value(self, series: str, **labels: str) -> float | None:
        """One sample, None when there is none."""
        return self.registry.get_sample_value(f"stoker_controller_{series}", labels)


@asynccontextmanager
async def controlled(
    plane: Plane, site: Site, *, between: Callable[[Cluster], Cluster] = lambda cluster: cluster
) -> AsyncIterator[Inside]:
    """The controller acts in the site's namespace while the block runs; ``between`` puts something before its server."""
    home = f"inside-{site.namespace}"
    token = accounts.manager_token(plane, home=home, watched=[site.namespace])
    config = plane.write_kubeconfig(home, {"token": token}, namespace=home)
    made = Inside()
    access = await find_access({"KUBECONFIG": str(config)})
    async with (
        HttpCluster(access) as cluster,
        Remote(Thread()) as remote,
        TokenExchange(now=made.clock) as apps,
        trio.open_nursery() as nursery,
    ):
        run = partial(
            run_controller,
            between(cluster),
            remote=remote,
            apps=apps,
            metrics=ControllerMetrics(made.registry),
            settings=ControllerSettings(namespaces=(site.namespace,)),
            now=made.clock,
        )
        await nursery.start(run)
        yield made
        nursery.cancel_scope.cancel()


async def beside(blocking: Callable[[], Any]) -> Any:
    """A call of the site, which blocks, while the controller goes on."""
    return await trio.to_thread.run_sync(blocking)
