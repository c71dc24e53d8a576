"""Watches: from a version on, in order, filtered, ended, cancelled; what leaves the filter is DELETED."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.errors import WatchExpired
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS, SECRETS
from tests.kube.contract.conftest import PATIENCE

if TYPE_CHECKING:
    from tests.kube.contract.conftest import Store


async def test_changes_come_in_order_with_rising_state(store: Store) -> None:
    async with store.watching(CONFIGMAPS) as events:
        await store.configmap("a", {"k": "1"})
        await store.patch("a", {"data": {"k": "2"}})
        await store.cluster.delete(CONFIGMAPS, store.namespace, "a")
        seen = [await events.next() for _ in range(3)]
    assert [event.type for event in seen] == ["ADDED", "MODIFIED", "DELETED"]
    assert [event.object.data["k"] for event in seen if event.object] == ["1", "2", "2"]


async def test_a_deletion_carries_the_last_state_and_a_version_of_its_own(store: Store) -> None:
    last = await store.configmap("a", {"k": "1"}, labels={"x": "1"})
    async with store.watching(CONFIGMAPS) as events:
        await store.cluster.delete(CONFIGMAPS, store.namespace, "a")
        event = await events.next()
    assert event.object is not None
    assert (event.object.data, event.object.metadata.uid) == ({"k": "1"}, last.metadata.uid)
    assert event.object.metadata.resource_version == event.resource_version != last.metadata.resource_version


async def test_an_event_s_version_is_its_object_s(store: Store) -> None:
    async with store.watching(CONFIGMAPS) as events:
        created = await store.configmap("a")
        event = await events.next()
    assert event.resource_version == created.metadata.resource_version


async def test_a_watch_begins_right_after_its_version(store: Store) -> None:
    await store.configmap("a")
    since = await store.now()
    await store.configmap("b")
    await store.patch("a", {"data": {"k": "1"}})
    async with store.watching(CONFIGMAPS, since=since) as events:
        assert await events.seen(2) == [("ADDED", "b"), ("MODIFIED", "a")]


async def test_a_watch_resumes_after_any_event_without_loss_or_repetition(store: Store) -> None:
    since = await store.now()
    for name in ("a", "b", "c"):
        await store.configmap(name)
    seen = []
    for _ in range(3):
        async with store.watching(CONFIGMAPS, since=since) as events:
            event = await events.next()
            since = event.resource_version
            seen.append(event.object.metadata.name if event.object else "")
    assert seen == ["a", "b", "c"]


async def test_other_kinds_and_namespaces_are_not_seen(store: Store) -> None:
    async with store.watching(CONFIGMAPS) as events:
        await store.cluster.create(SECRETS, store.namespace, {"metadata": {"name": "s"}})
        await store.cluster.create(CONFIGMAPS, store.elsewhere, {"metadata": {"name": "e"}})
        await store.configmap("a")
        assert await events.seen(1) == [("ADDED", "a")]


async def test_all_namespaces_can_be_watched_at_once(store: Store) -> None:
    since = (await store.cluster.list(SECRETS)).resource_version
    send, receive = trio.open_memory_channel[Any](10)
    async with trio.open_nursery() as nursery:

        async def watch() -> None:
            await store.cluster.watch(SECRETS, resource_version=since, into=send)

        nursery.start_soon(watch)
        for namespace in (store.namespace, store.elsewhere):
            await store.cluster.create(SECRETS, namespace, {"metadata": {"name": "s"}})
        with trio.fail_after(PATIENCE):
            seen = {(await receive.receive()).object.metadata.namespace for _ in range(2)}
        nursery.cancel_scope.cancel()
    assert seen == {store.namespace, store.elsewhere}


async def test_one_name_can_be_watched(store: Store) -> None:
    async with store.watching(CONFIGMAPS, name="b") as events:
        for name in ("a", "b", "c"):
            await store.configmap(name)
        await store.cluster.delete(CONFIGMAPS, store.namespace, "a")
        await store.cluster.delete(CONFIGMAPS, store.namespace, "b")
        assert await events.seen(2) == [("ADDED", "b"), ("DELETED", "b")]


async def test_what_comes_to_match_is_added_and_what_ceases_to_is_deleted(store: Store) -> None:
    await store.configmap("a", {"k": "1"})
    async with store.watching(CONFIGMAPS, labels={"x": "1"}) as events:
        await store.patch("a", {"metadata": {"labels": {"x": "1"}}})
        await store.patch("a", {"data": {"k": "2"}})
        await store.patch("a", {"metadata": {"labels": {"x": "2"}}, "data": {"k": "3"}})
        await store.patch("a", {"data": {"k": "4"}})
        await store.cluster.delete(CONFIGMAPS, store.namespace, "a")
        await store.configmap("b", labels={"x": "1"})
        seen = [await events.next() for _ in range(4)]
    assert [event.type for event in seen] == ["ADDED", "MODIFIED", "DELETED", "ADDED"]
    assert seen[2].object is not None
    assert seen[2].object.data == {"k": "2"}, "the last state that was in the selection"


async def test_the_mark_and_the_end_of_a_deletion_are_two_events(store: Store) -> None:
    await store.resource(finalizers=["x.io/f"])
    async with store.watching(GATEWAYSYNCS) as events:
        await store.cluster.delete(GATEWAYSYNCS, store.namespace, "plant")
        await store.cluster.patch(GATEWAYSYNCS, store.namespace, "plant", {"metadata": {"finalizers": None}})
        assert await events.seen(2) == [("MODIFIED", "plant"), ("DELETED", "plant")]


async def test_a_status_change_is_seen(store: Store) -> None:
    await store.resource()
    async with store.watching(GATEWAYSYNCS) as events:
        body = {"status": {"profileCount": 5}}
        await store.cluster.patch(GATEWAYSYNCS, store.namespace, "plant", body, subresource="status")
        event = await events.next()
    assert event.object is not None
    assert event.object.status.profile_count == 5


async def test_a_version_that_is_too_old_is_expired(store: Store) -> None:
    since = await store.outdated()
    send, _receive = trio.open_memory_channel[Any](10)
    with pytest.raises(WatchExpired), trio.fail_after(PATIENCE):
        await store.cluster.watch(GATEWAYSYNCS, store.namespace, resource_version=since, into=send)


async def test_a_slow_reader_misses_nothing_that_is_remembered(store: Store) -> None:
    async with store.watching(CONFIGMAPS) as events:
        await store.configmap("a")
        for count in range(50):
            await store.patch("a", {"data": {"k": str(count)}})
        await events.next()
        seen = [(await events.next()).object for _ in range(50)]
    assert [item.data["k"] for item in seen if item] == [str(count) for count in range(50)]


async def test_two_watchers_see_the_same(store: Store) -> None:
    async with store.watching(CONFIGMAPS) as one, store.watching(CONFIGMAPS) as two:
        await store.configmap("a")
        await store.configmap("b")
        assert await one.seen(2) == await two.seen(2) == [("ADDED", "a"), ("ADDED", "b")]


async def test_a_watch_that_the_server_ends_returns(store: Store) -> None:
    since = await store.now()
    send, receive = trio.open_memory_channel[Any](10)
    ended = trio.Event()

    async def watch() -> None:
        await store.ending.watch(CONFIGMAPS, store.namespace, resource_version=since, into=send)
        ended.set()

    with trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(watch)
            await store.configmap("a")
            assert (await receive.receive()).type == "ADDED"
            await store.end_watches()
            await ended.wait()


async def test_a_reader_that_is_gone_ends_the_watch(store: Store) -> None:
    since = await store.now()
    send, receive = trio.open_memory_channel[Any](0)
    await receive.aclose()
    await store.configmap("a")
    with trio.fail_after(PATIENCE):
        await store.cluster.watch(CONFIGMAPS, store.namespace, resource_version=since, into=send)


async def test_a_cancelled_watch_ends_and_leaves_its_channel_to_the_caller(store: Store) -> None:
    send, receive = trio.open_memory_channel[Any](10)
    since = await store.now()
    with trio.CancelScope() as scope:
        async with trio.open_nursery() as nursery:

            async def watch() -> None:
                await store.cluster.watch(CONFIGMAPS, store.namespace, resource_version=since, into=send)

            nursery.start_soon(watch)
            await store.configmap("a")
            with trio.fail_after(PATIENCE):
                await receive.receive()
            scope.cancel()
    assert scope.cancelled_caught
    send.send_nowait("still open")
