"""The ration of events on a virtual clock: a burst, then one now and then, each object for itself; and nobody waits long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
import trio

from stoker.api.objects import ObjectMeta
from stoker.kube.events import BOUND, EventRecorder
from stoker.kube.ration import BURST, FORGET_ABOVE, REFILL_SECONDS, Ration

if TYPE_CHECKING:
    from trio.testing import MockClock


def taken(ration: Ration, key: str, times: int) -> int:
    return sum(ration.take(key) for _ in range(times))


async def test_a_burst_and_then_one_every_five_minutes(autojump_clock: MockClock) -> None:
    ration = Ration()
    assert taken(ration, "a", 100) == BURST
    await trio.sleep(REFILL_SECONDS - 1)
    assert not ration.take("a")
    await trio.sleep(1)
    assert taken(ration, "a", 5) == 1
    await trio.sleep(REFILL_SECONDS * 1000)
    assert taken(ration, "a", 100) == BURST, "what is saved has a bound"


async def test_each_object_has_its_own(autojump_clock: MockClock) -> None:
    ration = Ration()
    taken(ration, "a", 100)
    assert ration.take("b")


async def test_who_is_quiet_is_forgotten_and_who_is_loud_is_not(autojump_clock: MockClock) -> None:
    ration = Ration()
    for number in range(FORGET_ABOVE - 1):
        ration.take(str(number))
    await trio.sleep(REFILL_SECONDS)
    taken(ration, "loud", BURST)
    ration.take("one more")
    assert len(ration._left) == 2
    assert not ration.take("loud")


async def test_nobody_waits_long_for_a_server_that_hangs(autojump_clock: MockClock) -> None:
    class Hanging:
        async def create(self, *_: Any, **__: Any) -> Any:
            await trio.sleep_forever()

    cluster: Any = Hanging()
    with structlog.testing.capture_logs() as logs:
        meta = ObjectMeta(name="a", namespace="plant", uid="u")
        await EventRecorder(cluster, "stoker-agent").record(meta, type="Normal", reason="SyncCompleted", message="done")
    assert trio.current_time() == BOUND
    assert [(line["event"], line["error"]) for line in logs] == [("event_not_recorded", "not written within 10 s")]
