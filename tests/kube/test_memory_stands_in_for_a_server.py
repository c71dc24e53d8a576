"""What the in-memory adapter has beyond the contract: bookmarks, its window, its past, and who is told first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.errors import ObjectRejected, WatchExpired
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS, NAMESPACES, PODS, SECRETS, Kind
from stoker.kube.memory import MemoryCluster
from stoker.kube.memory.store import WINDOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from trio.testing import MockClock

Watch = tuple[trio.MemoryReceiveChannel[Any], trio.Nursery]


async def configmap(cluster: MemoryCluster, name: str = "a", **more: Any) -> None:
    await cluster.create(CONFIGMAPS, "here", {"metadata": {"name": name}, **more})


def watch_in(nursery: trio.Nursery, cluster: MemoryCluster, since: str) -> trio.MemoryReceiveChannel[Any]:
    send, receive = trio.open_memory_channel[Any](0)

    async def watch() -> None:
        await cluster.watch(CONFIGMAPS, "here", resource_version=since, into=send)

    nursery.start_soon(watch)
    return receive


async def test_a_silent_minute_ends_in_a_bookmark(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    receive = watch_in(nursery, MemoryCluster(), "0")
    event = await receive.receive()
    assert (event.type, event.object, event.resource_version) == ("BOOKMARK", None, "0")
    assert trio.current_time() == pytest.approx(60, abs=1)


async def test_bookmarks_come_although_other_kinds_change_all_the_time(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    cluster = MemoryCluster()
    receive = watch_in(nursery, cluster, "0")

    async def noise() -> None:
        await cluster.create(SECRETS, "here", {"metadata": {"name": "s"}})
        for count in range(10_000):
            await cluster.patch(SECRETS, "here", "s", {"metadata": {"labels": {"n": str(count)}}})
            await trio.sleep(1)

    nursery.start_soon(noise)
    versions = [int((await receive.receive()).resource_version) for _ in range(3)]
    assert versions == sorted(versions)
    assert versions[0] > 50


async def test_a_watch_can_resume_from_a_bookmark_long_after_its_start(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    cluster = MemoryCluster()
    await cluster.create(SECRETS, "here", {"metadata": {"name": "s"}})
    receive = watch_in(nursery, cluster, "0")
    for count in range(WINDOW + 1):
        await cluster.patch(SECRETS, "here", "s", {"metadata": {"labels": {"n": str(count)}}})
    bookmark = await receive.receive()
    await configmap(cluster)
    resumed = watch_in(nursery, cluster, bookmark.resource_version)
    assert (await resumed.receive()).object.metadata.name == "a"


async def test_a_quiet_watch_does_not_expire_while_others_change(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    cluster = MemoryCluster()
    await cluster.create(SECRETS, "here", {"metadata": {"name": "s"}})
    receive = watch_in(nursery, cluster, "1")
    await trio.testing.wait_all_tasks_blocked()
    for count in range(WINDOW + 1):
        await cluster.patch(SECRETS, "here", "s", {"metadata": {"labels": {"n": str(count)}}})
    await configmap(cluster)
    assert (await receive.receive()).type == "ADDED"


async def test_a_watch_sleeps_through_what_does_not_concern_it(nursery: trio.Nursery) -> None:
    cluster = MemoryCluster()
    await cluster.create(SECRETS, "here", {"metadata": {"name": "s"}})
    watch_in(nursery, cluster, "1")
    await trio.testing.wait_all_tasks_blocked()
    woken = Woken()
    trio.lowlevel.add_instrument(woken)
    await cluster.patch(SECRETS, "here", "s", {"metadata": {"labels": {"n": "1"}}})
    await trio.testing.wait_all_tasks_blocked()
    trio.lowlevel.remove_instrument(woken)
    assert woken.others == 0


class Woken(trio.abc.Instrument):
    """Counts the tasks other than the present one that run."""

    def __init__(self) -> None:
        self.me = trio.lowlevel.current_task()
        self.others = 0

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        """One step of a task."""
        self.others += task is not self.me


async def test_the_window_is_a_thousand_changes_and_bounded() -> None:
    cluster = MemoryCluster()
    await configmap(cluster)
    for count in range(WINDOW):
        await cluster.patch(CONFIGMAPS, "here", "a", {"data": {"k": str(count)}})
    send, receive = trio.open_memory_channel[Any](WINDOW)
    with trio.move_on_after(0):
        await cluster.watch(CONFIGMAPS, "here", resource_version="1", into=send)
    with pytest.raises(WatchExpired):
        await cluster.watch(CONFIGMAPS, "here", resource_version="0", into=send)
    del receive


async def test_a_reader_too_slow_for_the_window_is_told_to_list_again(nursery: trio.Nursery) -> None:
    cluster = MemoryCluster()
    await configmap(cluster)
    send, receive = trio.open_memory_channel[Any](0)
    expired = trio.Event()

    async def watch() -> None:
        with pytest.raises(WatchExpired):
            await cluster.watch(CONFIGMAPS, "here", resource_version="0", into=send)
        expired.set()

    nursery.start_soon(watch)
    await trio.testing.wait_all_tasks_blocked()
    for count in range(WINDOW + 1):
        await cluster.patch(CONFIGMAPS, "here", "a", {"data": {"k": str(count)}})
    await receive.receive()
    with trio.fail_after(5):
        await expired.wait()


@pytest.mark.parametrize("version", ["", "abc", "-1", "1.0", "١"])
async def test_a_version_that_is_none_is_rejected(version: str) -> None:
    send, _receive = trio.open_memory_channel[Any](0)
    with pytest.raises(ObjectRejected, match="begins at the version of a list"):
        await MemoryCluster().watch(CONFIGMAPS, resource_version=version, into=send)


async def test_a_version_of_another_store_is_expired() -> None:
    send, _receive = trio.open_memory_channel[Any](0)
    with pytest.raises(WatchExpired, match="another store"):
        await MemoryCluster().watch(CONFIGMAPS, resource_version="7", into=send)


async def test_whoever_keeps_the_state_is_told_before_any_watcher(nursery: trio.Nursery) -> None:
    told: list[str] = []

    def keep(kind: Kind[Any], body: dict[str, Any], deleted: bool) -> None:
        told.append(f"kept {kind} {body['metadata']['name']} {'deleted' if deleted else 'stored'}")

    cluster = MemoryCluster(on_change=keep)
    receive = watch_in(nursery, cluster, "0")
    await configmap(cluster)
    told.append((await receive.receive()).type)
    await cluster.delete(CONFIGMAPS, "here", "a")
    told.append((await receive.receive()).type)
    assert told == ["kept ConfigMap a stored", "ADDED", "kept ConfigMap a deleted", "DELETED"]


async def test_what_was_stored_can_be_loaded_and_versions_go_on_from_there() -> None:
    first = MemoryCluster(now=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    await first.create(GATEWAYSYNCS, "here", {"metadata": {"name": "plant"}, "spec": {"git": {"ref": "main"}}})
    await first.patch(GATEWAYSYNCS, "here", "plant", {"status": {"profileCount": 1}}, subresource="status")
    second = MemoryCluster()
    second.load(first.snapshot())
    assert second.snapshot() == first.snapshot()
    assert second.writes == 0
    after = await second.patch(GATEWAYSYNCS, "here", "plant", {"spec": {"git": {"ref": "v2"}}})
    assert (after.metadata.resource_version, after.metadata.generation) == ("3", 2)
    assert after.metadata.creation_timestamp == "2026-01-01T00:00:00Z"


async def test_what_is_loaded_is_a_copy() -> None:
    source = MemoryCluster()
    await configmap(source, data={"k": "v"})
    documents = source.snapshot()
    second = MemoryCluster()
    second.load(documents)
    documents[0]["data"]["k"] = "changed"
    assert second.snapshot()[0]["data"] == {"k": "v"}


def test_a_kind_that_is_not_kept_cannot_be_loaded() -> None:
    with pytest.raises(ObjectRejected, match="apps/v1 Deployment"):
        MemoryCluster().load([{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"}}])


async def test_what_another_kind_owns_is_left_to_its_owner() -> None:
    cluster = MemoryCluster()
    owner = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "gw", "uid": "1"}
    body = {"metadata": {"name": "gw-0", "ownerReferences": [owner]}, "status": {"phase": "Running"}}
    await cluster.create(PODS, "here", body)
    kept = cluster.peek(PODS, "here", "gw-0")
    assert kept is not None
    assert kept.status.phase == "Running"


async def test_an_owner_in_another_namespace_is_none() -> None:
    cluster = MemoryCluster()
    owner = await cluster.create(SECRETS, "elsewhere", {"metadata": {"name": "s"}})
    reference = {"apiVersion": "v1", "kind": "Secret", "name": "s", "uid": owner.metadata.uid}
    await cluster.create(CONFIGMAPS, "here", {"metadata": {"name": "a", "ownerReferences": [reference]}})
    assert cluster.peek(CONFIGMAPS, "here", "a") is None


@pytest.mark.parametrize(("kind", "namespace"), [(CONFIGMAPS, ""), (NAMESPACES, "here")])
async def test_an_object_lives_where_its_kind_lives(kind: Kind[Any], namespace: str) -> None:
    with pytest.raises(ObjectRejected, match="namespace"):
        await MemoryCluster().create(kind, namespace, {"metadata": {"name": "a"}})


@pytest.mark.parametrize(
    ("write", "count"),
    [
        (lambda c: c.patch(CONFIGMAPS, "here", "a", {"data": {"k": "1"}}), 1),
        (lambda c: c.patch(CONFIGMAPS, "here", "a", {"data": {}}), 0),
        (lambda c: c.delete(CONFIGMAPS, "here", "a"), 1),
        (lambda c: c.get(CONFIGMAPS, "here", "a"), 0),
    ],
    ids=["patch", "empty patch", "delete", "get"],
)
async def test_writes_are_counted_and_nothing_else(write: Callable[[MemoryCluster], Any], count: int) -> None:
    cluster = MemoryCluster()
    await configmap(cluster)
    await write(cluster)
    assert cluster.writes == 1 + count
