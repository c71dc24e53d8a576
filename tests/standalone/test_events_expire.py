"""Events go an hour after they were last seen, as on an API server, and no earlier."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import trio

from stoker.api.objects import ObjectMeta
from stoker.kube.cluster import EVENTS
from stoker.kube.events import EventRecorder
from stoker.kube.memory import MemoryCluster
from stoker.standalone.expiry import expire_events

if TYPE_CHECKING:
    from trio.testing import MockClock

PLANT = ObjectMeta(name="plant", namespace="default", uid="u")


def now() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=trio.current_time())


async def names(cluster: MemoryCluster) -> list[str]:
    return [event.message for event in (await cluster.list(EVENTS)).items]


async def test_an_event_goes_an_hour_after_it_was_last_seen(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    cluster = MemoryCluster(now=now)
    recorder = EventRecorder(cluster, "test", now=now)
    await nursery.start(lambda task_status: expire_events(cluster, EVENTS, now=now, task_status=task_status))
    for message in ("once", "again"):
        await recorder.record(PLANT, type="Normal", reason="R", message=message)
    await trio.sleep(1800)
    await recorder.record(PLANT, type="Normal", reason="R", message="again")
    await trio.sleep(1799)
    assert sorted(await names(cluster)) == ["again", "once"]
    await trio.sleep(1201)
    assert await names(cluster) == ["again"]
    await trio.sleep(1800)
    assert await names(cluster) == []
    nursery.cancel_scope.cancel()
