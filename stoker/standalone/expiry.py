"""Lets events expire, as an API server does after an hour: without it the store would grow with every push, for ever."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import trio

from stoker.api.times import parse_rfc3339
from stoker.errors import ObjectNotFound

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from stoker.api.objects import KubeEvent
    from stoker.kube.cluster import Cluster, Kind

LIFETIME = timedelta(hours=1)
LOOK_SECONDS = 600.0


async def expire_events(
    cluster: Cluster,
    kind: Kind[KubeEvent],
    *,
    now: Callable[[], datetime],
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Delete events that were last seen more than ``LIFETIME`` ago; runs until cancelled."""
    task_status.started()
    while True:
        for event in (await cluster.list(kind)).items:
            seen = event.last_timestamp or event.metadata.creation_timestamp
            if seen and now() - parse_rfc3339(seen) > LIFETIME:
                with suppress(ObjectNotFound):
                    await cluster.delete(kind, event.metadata.namespace, event.metadata.name)
        await trio.sleep(LOOK_SECONDS)
