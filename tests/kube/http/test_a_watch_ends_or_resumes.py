"""Watches on bad days: silence, halves of lines, repetitions, errors; each ends in a resume or in a clear error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
import structlog
import trio

from stoker.errors import ClusterError, ClusterUnreachable, Forbidden, StokerError, TooManyRequests, WatchExpired
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS
from stoker.kube.http.bounds import Bounds
from tests.kube.http.conftest import Answer, bookmark, named, refusal, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from trio.testing import MockClock


def seen(events: list[Any]) -> list[tuple[str, str, str]]:
    return [
        (event.type, event.object.metadata.name if event.object else "", event.resource_version) for event in events
    ]


async def test_lines_become_events(serving: Callable[..., Any]) -> None:
    body = (
        told("ADDED", named("a", "2"))
        + told("MODIFIED", named("a", "3"))
        + bookmark("9")
        + told("DELETED", named("a", "10"))
    )
    async with serving() as server:
        server.answers(Answer(parts=[body[:50], body[50:51], body[51:]]))
        events = await server.watched(CONFIGMAPS)
    assert seen(events) == [("ADDED", "a", "2"), ("MODIFIED", "a", "3"), ("BOOKMARK", "", "9"), ("DELETED", "a", "10")]


async def test_what_was_told_before_is_not_told_again(serving: Callable[..., Any]) -> None:
    lines = [
        told("ADDED", named(name, version))
        for name, version in (("a", "2"), ("a", "2"), ("b", "3"), ("a", "2"), ("old", "1"))
    ]
    async with serving() as server:
        server.answers(Answer(parts=lines))
        assert seen(await server.watched(CONFIGMAPS)) == [("ADDED", "a", "2"), ("ADDED", "b", "3")]


async def test_half_a_line_at_the_end_is_forgotten(serving: Callable[..., Any]) -> None:
    async with serving() as server:
        server.answers(Answer(parts=[told("ADDED", named("a", "2")), told("ADDED", named("b", "3"))[:-10]]))
        assert seen(await server.watched(CONFIGMAPS)) == [("ADDED", "a", "2")]


async def test_seventy_seconds_of_silence_end_it_and_ask_for_a_list(
    serving: Callable[..., Any], autojump_clock: MockClock
) -> None:
    async with serving() as server:
        server.answers(
            Answer(
                parts=[69.0, told("ADDED", named("a", "2")), 69.0, bookmark("3"), 71.0, told("ADDED", named("b", "4"))]
            )
        )
        with pytest.raises(WatchExpired, match="no word for 70 s"):
            await server.watched(CONFIGMAPS)
        assert trio.current_time() == 69 + 69 + 70


async def test_a_reader_may_take_longer_than_that(serving: Callable[..., Any], autojump_clock: MockClock) -> None:
    lines = [told("ADDED", named(str(count), str(count))) for count in range(2, 5)]
    send, receive = trio.open_memory_channel[Any](0)
    async with serving() as server, trio.open_nursery() as nursery:
        server.answers(Answer(parts=lines))

        async def watch() -> None:
            async with send:
                await server.cluster.watch(CONFIGMAPS, "plant", resource_version="1", into=send)

        nursery.start_soon(watch)
        taken = []
        for _ in range(3):
            await trio.sleep(100)
            taken.append((await receive.receive()).resource_version)
    assert taken == ["2", "3", "4"]


async def test_a_server_that_does_not_begin_is_given_up(serving: Callable[..., Any], autojump_clock: MockClock) -> None:
    async with serving() as server:
        server.answers(Answer(delay=1000.0))
        with pytest.raises(
            ClusterUnreachable, match=r"watch configmaps in plant: https://api.example:6443: no answer within"
        ):
            await server.watched(CONFIGMAPS)
        assert trio.current_time() == Bounds().request


@pytest.mark.parametrize("first", [[], [told("ADDED", named("a", "2"))]], ids=["at once", "after an event"])
@pytest.mark.parametrize(
    ("status", "error"),
    [
        ({"code": 410, "reason": "Expired", "message": "too old resource version: 1 (9)"}, WatchExpired),
        ({"code": 500, "reason": "InternalError", "message": "etcd"}, ClusterError),
        ({"message": "odd"}, ClusterError),
        ({"code": 429, "reason": "TooManyRequests", "details": {"retryAfterSeconds": 3}}, TooManyRequests),
    ],
    ids=str,
)
async def test_an_error_in_the_stream_is_raised(
    serving: Callable[..., Any], first: list[bytes], status: dict[str, Any], error: type[StokerError]
) -> None:
    async with serving() as server:
        server.answers(
            Answer(parts=[*first, told("ERROR", {"kind": "Status", **status}), told("ADDED", named("b", "3"))])
        )
        with pytest.raises(error, match="watch configmaps in plant"):
            await server.watched(CONFIGMAPS)


@pytest.mark.parametrize(
    ("code", "error"), [(410, WatchExpired), (403, Forbidden), (500, ClusterError), (429, TooManyRequests)]
)
async def test_a_refused_watch_says_why(serving: Callable[..., Any], code: int, error: type[StokerError]) -> None:
    async with serving() as server:
        server.answers(refusal(code))
        with pytest.raises(error, match="watch configmaps in plant"):
            await server.watched(CONFIGMAPS)


async def test_a_broken_connection_is_unreachable(serving: Callable[..., Any]) -> None:
    async with serving() as server:
        server.answers(Answer(parts=[told("ADDED", named("a", "2")), httpx.ReadError("reset")]))
        with pytest.raises(ClusterUnreachable, match="reset"):
            await server.watched(CONFIGMAPS)


@pytest.mark.parametrize(
    "line", [b"<html>\n", b"{}\n", b'{"type":"ADDED","object":[]}\n', b'{"type":"ADDED"}\n'], ids=str
)
async def test_nonsense_is_told_as_such(serving: Callable[..., Any], line: bytes) -> None:
    async with serving() as server:
        server.answers(Answer(parts=[line, 5.0]))
        with pytest.raises(ClusterError, match="not as an API server does"):
            await server.watched(CONFIGMAPS)


async def test_a_line_without_end_is_nonsense_too(serving: Callable[..., Any]) -> None:
    async with serving(Bounds(line=1000)) as server:
        server.answers(Answer(parts=[b"x" * 600, b"x" * 600, 5.0]))
        with pytest.raises(ClusterError, match="a line without end"):
            await server.watched(CONFIGMAPS)


async def test_an_object_that_does_not_fit_moves_the_version_and_no_more(serving: Callable[..., Any]) -> None:
    odd = named("odd", "2", status={"profileCount": "many"})
    with structlog.testing.capture_logs() as logs:
        async with serving() as server:
            server.answers(Answer(parts=[told("ADDED", odd), told("ADDED", named("a", "3"))]))
            assert seen(await server.watched(GATEWAYSYNCS)) == [("BOOKMARK", "", "2"), ("ADDED", "a", "3")]
    assert [line["name"] for line in logs] == ["odd"]


async def test_a_server_put_back_to_an_earlier_state_is_listed_again(serving: Callable[..., Any]) -> None:
    async with serving() as server:
        server.answers(Answer(parts=[bookmark("500")]))
        with pytest.raises(WatchExpired, match="back at version 500, before 1000"):
            await server.watched(CONFIGMAPS, since="1000")


async def test_kinds_of_event_that_are_not_known_are_passed_over(serving: Callable[..., Any]) -> None:
    async with serving() as server:
        server.answers(Answer(parts=[told("NEWS", named("a", "2")), told("ADDED", named("a", "3"))]))
        assert seen(await server.watched(CONFIGMAPS)) == [("ADDED", "a", "3")]
