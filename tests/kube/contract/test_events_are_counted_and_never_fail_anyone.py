"""The event recorder through the port: written once, counted when repeated, without a read, without a secret."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
import structlog

from stoker.errors import ClusterUnreachable, Forbidden, StokerError
from stoker.kube.cluster import EVENTS
from stoker.kube.events import MESSAGE_LIMIT, EventRecorder
from stoker.kube.ration import BURST
from stoker.observe.redact import Secret

if TYPE_CHECKING:
    from stoker.api.objects import KubeEvent, ObjectMeta
    from stoker.kube.cluster import Cluster
    from tests.kube.contract.conftest import Store

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Clock:
    """A minute further with each look."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        self.moment += timedelta(minutes=1)
        return self.moment


class Refusing:
    """A cluster that refuses some verbs, as a role does."""

    def __init__(self, cluster: Cluster, error: StokerError, *verbs: str) -> None:
        self._cluster, self._error, self._verbs = cluster, error, verbs

    def __getattr__(self, verb: str) -> Any:
        if verb in self._verbs:
            raise self._error
        return getattr(self._cluster, verb)


class Counting:
    """A cluster that notes the verbs."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.verbs: list[str] = []

    def __getattr__(self, verb: str) -> Any:
        self.verbs.append(verb)
        return getattr(self._cluster, verb)


async def said(store: Store, message: str = "synced", recorder: EventRecorder | None = None, **more: Any) -> ObjectMeta:
    meta = more.pop("regarding", None) or (await store.resource()).metadata
    recorder = recorder or EventRecorder(store.cluster, "stoker-controller", now=Clock())
    await recorder.record(meta, **{"type": "Normal", "reason": "SyncCompleted", "message": message, **more})
    return meta


async def events(store: Store) -> list[KubeEvent]:
    return list((await store.cluster.list(EVENTS, store.namespace)).items)


async def test_an_event_names_who_what_and_whom(store: Store) -> None:
    meta = await said(store)
    (event,) = await events(store)
    assert (event.type, event.reason, event.message, event.count) == ("Normal", "SyncCompleted", "synced", 1)
    assert event.involved_object.kind == "GatewaySync"
    assert (event.involved_object.name, event.involved_object.uid) == ("plant", meta.uid)
    assert event.metadata.name.startswith("plant.")


async def test_the_same_again_is_counted_with_the_time_of_the_last(store: Store) -> None:
    recorder = EventRecorder(store.cluster, "stoker-controller", now=Clock())
    meta = await said(store, recorder=recorder)
    (first,) = await events(store)
    for _ in range(3):
        await said(store, recorder=recorder, regarding=meta)
    (event,) = await events(store)
    assert event.count == 4
    assert event.last_timestamp is not None
    assert first.last_timestamp is not None
    assert event.last_timestamp > first.last_timestamp


async def test_a_restarted_recorder_counts_on(store: Store) -> None:
    meta = await said(store)
    await said(store, regarding=meta)
    assert [event.count for event in await events(store)] == [2]


@pytest.mark.parametrize("more", [{"message": "other"}, {"reason": "SyncFailed"}, {"type": "Warning"}], ids=str)
async def test_something_else_is_another_event(store: Store, more: dict[str, str]) -> None:
    meta = await said(store)
    await said(store, regarding=meta, **more)  # type: ignore[arg-type]
    assert [event.count for event in await events(store)] == [1, 1]


async def test_another_component_or_resource_says_its_own(store: Store) -> None:
    meta = await said(store)
    await said(store, recorder=EventRecorder(store.cluster, "stoker-agent"), regarding=meta)
    await said(store, regarding=(await store.resource("other")).metadata)
    assert [event.count for event in await events(store)] == [1, 1, 1]


async def test_an_expired_event_is_written_anew(store: Store) -> None:
    meta = await said(store)
    (event,) = await events(store)
    await store.cluster.delete(EVENTS, store.namespace, event.metadata.name)
    await said(store, regarding=meta)
    assert [event.count for event in await events(store)] == [1]


async def test_the_agents_role_which_may_only_create_and_patch_is_enough(store: Store) -> None:
    limited: Any = Refusing(store.cluster, Forbidden("events is forbidden"), "get", "list", "watch", "delete")
    meta = await said(store, recorder=EventRecorder(limited, "stoker-agent"))
    await said(store, recorder=EventRecorder(limited, "stoker-agent"), regarding=meta)
    assert [event.count for event in await events(store)] == [2]


@pytest.mark.parametrize("message", ["x" * 5000, "ä" * 5000, "😀" * 5000], ids=["x", "umlaut", "emoji"])
async def test_a_message_is_bounded_in_bytes(store: Store, message: str) -> None:
    await said(store, message)
    (event,) = await events(store)
    assert MESSAGE_LIMIT - 4 < len(event.message.encode()) <= MESSAGE_LIMIT
    assert event.message.endswith("…")


async def test_a_file_name_that_is_no_utf8_does_not_stop_an_event(store: Store) -> None:
    await said(store, b"cannot read a\xff".decode("utf-8", "surrogateescape"))
    assert [event.message for event in await events(store)] == ["cannot read a?"]


async def test_no_secret_reaches_an_event(store: Store) -> None:
    token = Secret("ghp_verysecret")
    await said(store, f"cannot fetch https://x:pw@git.example/r?token=abc with {token.reveal()}")
    (event,) = await events(store)
    assert event.message == "cannot fetch https://git.example/r?token=*** with ***"


async def test_a_new_one_is_one_request_and_so_is_each_repetition(store: Store) -> None:
    counted = Counting(store.cluster)
    recorder = EventRecorder(cast("Any", counted), "stoker-agent", now=Clock())
    meta = (await store.resource()).metadata
    for message in ("one", "two", "two", "one", "two"):
        await said(store, message, recorder=recorder, regarding=meta)
    assert counted.verbs == ["create", "create", "patch", "patch", "patch"]
    assert sorted((event.message, event.count) for event in await events(store)) == [("one", 2), ("two", 3)]


async def test_what_was_forgotten_is_counted_on_all_the_same(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stoker.kube.events.BY_HEART", 1)
    recorder = EventRecorder(store.cluster, "stoker-agent", now=Clock())
    meta = (await store.resource()).metadata
    for message in ("one", "two", "one", "two"):
        await said(store, message, recorder=recorder, regarding=meta)
    assert sorted((event.message, event.count) for event in await events(store)) == [("one", 2), ("two", 2)]


@pytest.mark.parametrize(("verb", "before"), [("create", 0), ("patch", 1)])
async def test_what_cannot_be_written_is_logged_and_nothing_else(store: Store, verb: str, before: int) -> None:
    broken: Any = Refusing(store.cluster, ClusterUnreachable("the server is away"), verb)
    meta = (await store.resource()).metadata
    for _ in range(before):
        await said(store, recorder=EventRecorder(store.cluster, "stoker-agent"), regarding=meta)
    with structlog.testing.capture_logs() as logs:
        await said(store, recorder=EventRecorder(broken, "stoker-agent"), regarding=meta)
    assert [event.count for event in await events(store)] == [1] * before
    (line,) = logs
    assert (line["event"], line["log_level"]) == ("event_not_recorded", "warning")
    assert (line["event_reason"], line["event_message"]) == ("SyncCompleted", "synced")
    assert "the server is away" in line["error"]


async def test_whoever_says_too_much_is_heard_in_the_log_alone(store: Store) -> None:
    recorder = EventRecorder(store.cluster, "stoker-controller", now=Clock())
    meta = (await store.resource()).metadata
    other = (await store.resource("other")).metadata
    with structlog.testing.capture_logs() as logs:
        for count in range(BURST + 3):
            await said(store, f"pass {count}", recorder=recorder, regarding=meta)
        await said(store, recorder=recorder, regarding=other)
    assert len(await events(store)) == BURST + 1
    assert [line["event_message"] for line in logs] == [f"pass {BURST + count}" for count in range(3)]
