"""The informer: first list, changes, resumption, relist after 410, pauses; on a virtual clock."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
import structlog
import trio

from stoker.errors import ClusterUnreachable, Forbidden, StokerError, TooManyRequests, WatchExpired
from stoker.kube.cluster import CONFIGMAPS
from stoker.kube.faults import Faults
from stoker.kube.informer import LONGEST_PAUSE, Informer
from stoker.kube.memory import MemoryCluster
from tests.kube.scripted import Script

if TYPE_CHECKING:
    from trio.testing import MockClock

    from stoker.api.objects import ConfigMap


@dataclass
class Seen:
    """An informer and what it told."""

    cluster: MemoryCluster
    told: list[str] = field(default_factory=list)
    selection: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.informer: Informer[ConfigMap] = Informer(
            self.cluster, CONFIGMAPS, "here", on_change=self._tell, **self.selection
        )

    def _tell(self, old: ConfigMap | None, new: ConfigMap | None) -> None:
        what = "new" if old is None else "gone" if new is None else "changed"
        item = new or old
        assert item is not None
        self.told.append(f"{what} {item.metadata.name} {item.data.get('k', '')}".strip())

    @property
    def picture(self) -> dict[str, str]:
        return {item.metadata.name: item.data.get("k", "") for item in self.informer.items()}


async def put(cluster: MemoryCluster, name: str, value: str) -> None:
    body = {"metadata": {"name": name}, "data": {"k": value}}
    if cluster.peek(CONFIGMAPS, "here", name) is None:
        await cluster.create(CONFIGMAPS, "here", body)
    else:
        await cluster.patch(CONFIGMAPS, "here", name, body)


async def delete(cluster: MemoryCluster, name: str) -> None:
    await cluster.delete(CONFIGMAPS, "here", name)


async def settled() -> None:
    await trio.testing.wait_all_tasks_blocked()


def listed_at(script: Script) -> list[float]:
    return [at for call, at in zip(script.calls, script.times, strict=True) if call == "list"]


async def test_started_means_that_the_first_list_is_in(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    seen = Seen(MemoryCluster())
    await put(seen.cluster, "a", "1")
    await nursery.start(seen.informer.run)
    assert seen.picture == {"a": "1"}
    assert seen.told == ["new a 1"]


async def test_changes_are_told_with_what_was_before(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    seen = Seen(MemoryCluster())
    await nursery.start(seen.informer.run)
    await put(seen.cluster, "a", "1")
    await put(seen.cluster, "a", "2")
    await delete(seen.cluster, "a")
    await settled()
    assert seen.told == ["new a 1", "changed a 2", "gone a 2"]
    assert seen.picture == {}


async def test_one_object_is_found_by_namespace_and_name(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    seen = Seen(MemoryCluster())
    await put(seen.cluster, "a", "1")
    await nursery.start(seen.informer.run)
    found = seen.informer.get("here", "a")
    assert found is not None
    assert found.data == {"k": "1"}
    assert seen.informer.get("elsewhere", "a") is None


async def test_only_what_is_selected_is_seen(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    seen = Seen(MemoryCluster(), selection={"labels": {"x": "1"}})
    await put(seen.cluster, "a", "1")
    await nursery.start(seen.informer.run)
    await seen.cluster.patch(CONFIGMAPS, "here", "a", {"metadata": {"labels": {"x": "1"}}})
    await seen.cluster.patch(CONFIGMAPS, "here", "a", {"metadata": {"labels": None}})
    await settled()
    assert seen.told == ["new a 1", "gone a 1"]


async def test_a_watch_that_ended_is_resumed_without_a_new_list_and_without_loss(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    script = Script()
    seen = Seen(script)
    await nursery.start(seen.informer.run)
    await put(script, "a", "1")
    await settled()
    script.end_watches()
    await put(script, "b", "1")
    await trio.sleep(1)
    assert seen.told == ["new a 1", "new b 1"]
    assert script.calls == ["list", "watch 0", "watch 1"]


async def test_after_410_it_lists_again_and_notices_deletions(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    script = Script()
    seen = Seen(script)
    for name in ("a", "b", "c"):
        await put(script, name, "1")
    script.failures = [WatchExpired("too old")]
    nursery.start_soon(seen.informer.run)
    await settled()
    assert seen.picture == {"a": "1", "b": "1", "c": "1"}
    await delete(script, "a")
    await put(script, "b", "2")
    await trio.sleep(1)
    assert seen.picture == {"b": "2", "c": "1"}
    assert seen.told[3:] == ["gone a 1", "changed b 2"]
    assert [call.split()[0] for call in script.calls] == ["list", "watch", "list", "watch"]


async def test_after_a_watch_that_broke_everything_is_listed_again(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    """Whoever is there again may be a server with another past: a watch that went on from ours would say nothing."""
    script = Script()
    seen = Seen(script)
    await nursery.start(seen.informer.run)
    await put(script, "a", "1")
    await settled()
    script.break_watches()
    await trio.sleep(1)
    await put(script, "b", "1")
    await settled()
    assert script.calls == ["list", "watch 0", "list", "watch 1"]
    assert seen.told == ["new a 1", "new b 1"]


async def test_failures_in_a_row_pause_longer_each_time(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    script = Script()
    script.failures = [ClusterUnreachable("away") for _ in range(9)]
    await nursery.start(Seen(script).informer.run)
    await trio.sleep(300)
    pauses = [later - earlier for earlier, later in pairwise(listed_at(script))]
    expected = [0.2, 0.5, 1, 2, 3, 3, 3, 3, 3]
    assert pauses == [pytest.approx(seconds, rel=0.11) for seconds in expected]


async def test_a_failure_that_goes_on_is_told_once_a_minute(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    script = Script()
    script.failures = [*[ClusterUnreachable("away")] * 56, Forbidden("grant it"), *[ClusterUnreachable("away")] * 5]
    with structlog.testing.capture_logs() as logs:
        await nursery.start(Seen(script).informer.run)
        await trio.sleep(300)
    told = [line["reason"] for line in logs if line["log_level"] == "warning"]
    assert told == ["ClusterUnreachable"] * 3 + ["Forbidden", "ClusterUnreachable"]


async def test_a_version_gone_over_an_outage_is_listed_again_at_once(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    script = Script()
    script.failures = [*[ClusterUnreachable("away")] * 6, WatchExpired("too old"), WatchExpired("too old")]
    await nursery.start(Seen(script).informer.run)
    await trio.sleep(60)
    listed = listed_at(script)
    assert listed[7] - listed[6] < 0.3
    assert listed[8] - listed[7] > 0.4, "one that is always gone is not stormed"


async def test_what_arrives_earns_a_fresh_start(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    script = Script()
    script.failures = [ClusterUnreachable("away") for _ in range(6)]
    await nursery.start(Seen(script).informer.run)
    await trio.sleep(60)
    await put(script, "a", "1")
    await settled()
    script.break_watches()
    began = trio.current_time()
    await trio.sleep(1)
    assert script.times[-1] - began < 0.3


async def test_a_server_that_ends_every_watch_at_once_is_not_stormed(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    script = Script()
    script.failures = [None] * 1000
    await nursery.start(Seen(script).informer.run)
    await trio.sleep(60)
    assert len(script.times) < 28


async def test_the_server_s_own_pause_is_obeyed_within_reason(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    script = Script()
    script.failures = [TooManyRequests("slow down", retry_after=7), TooManyRequests("slow down", retry_after=86400)]
    await nursery.start(Seen(script).informer.run)
    await trio.sleep(100)
    first, second, third = listed_at(script)
    assert second - first == pytest.approx(7)
    assert third - second == pytest.approx(LONGEST_PAUSE)


async def test_a_list_that_is_forbidden_is_tried_until_it_is_allowed(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    script = Script()
    script.refusals = [Forbidden("configmaps is forbidden; grant it")] * 3
    seen = Seen(script)
    await put(script, "a", "1")
    with trio.fail_after(60):
        await nursery.start(seen.informer.run)
    assert seen.picture == {"a": "1"}


async def test_an_object_replaced_unseen_is_one_change_to_another_uid(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    script = Script()
    seen = Seen(script)
    await put(script, "a", "1")
    script.failures = [WatchExpired("too old")]
    nursery.start_soon(seen.informer.run)
    await settled()
    await delete(script, "a")
    await put(script, "a", "1")
    await trio.sleep(1)
    assert seen.told == ["new a 1", "changed a 1"]


async def test_bookmarks_move_the_version_and_tell_nobody(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    script = Script()
    seen = Seen(script)
    await nursery.start(seen.informer.run)
    await script.create(CONFIGMAPS, "elsewhere", {"metadata": {"name": "x"}})
    await trio.sleep(61)
    script.end_watches()
    await trio.sleep(1)
    assert script.calls == ["list", "watch 0", "watch 1"]
    assert seen.told == []


async def test_a_callback_s_own_fault_is_not_taken_for_the_server_s(autojump_clock: MockClock) -> None:
    def broken(_old: ConfigMap | None, _new: ConfigMap | None) -> None:
        raise RuntimeError("a bug")

    cluster = MemoryCluster()
    informer = Informer(cluster, CONFIGMAPS, on_change=broken)
    await put(cluster, "a", "1")
    with trio.fail_after(60), pytest.raises(RuntimeError, match="a bug"):
        await informer.run()


@pytest.mark.parametrize("seed", range(50))
async def test_whatever_fails_the_picture_comes_to_be_the_store(seed: int, autojump_clock: MockClock) -> None:
    faults = Faults(seed=seed, lost=0.15, throttled=0.1, stall=0.1, expired=0.1, watch_lost=0.2, watch_ended=0.1)
    cluster, chance = MemoryCluster(faults=faults), random.Random(seed)
    seen, wanted = Seen(cluster), dict[str, str]()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(seen.informer.run)
        for count in range(80):
            name = f"n{chance.randrange(6)}"
            wanted[name] = "" if chance.random() < 0.3 else str(count)
            await insist(cluster, name, wanted[name])
            await trio.sleep(chance.choice((0, 0, 0.1, 3)))
        await trio.sleep(3600)
        assert seen.picture == {name: value for name, value in wanted.items() if value}
        assert len({fault.split()[0] for fault in faults.injected}) >= 4
        nursery.cancel_scope.cancel()


async def insist(cluster: MemoryCluster, name: str, value: str) -> None:
    """Writes until it is written, whatever fails; no value means delete."""
    while True:
        stored = cluster.peek(CONFIGMAPS, "here", name)
        if (stored.data["k"] if stored else "") == value:
            return
        with suppress(StokerError):
            await (put(cluster, name, value) if value else delete(cluster, name))
