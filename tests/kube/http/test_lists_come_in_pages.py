"""Lists: page after page of one version, from the beginning when the server forgot it, and bad objects left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import structlog

from stoker.errors import ClusterError, WatchExpired
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS, SECRETS, Listing
from tests.kube.http.conftest import Answer, document, named, page, refusal

if TYPE_CHECKING:
    from collections.abc import Callable


def names(listing: Any) -> list[str]:
    return [item.metadata.name for item in listing.items]


async def test_pages_are_joined_and_the_last_tells_the_version(serving: Callable[..., Any]) -> None:
    async with serving() as server:
        server.answers(page(named("a"), named("b"), version="5", more="next/="), page(named("c"), version="5"))
        listing = await server.cluster.list(CONFIGMAPS, "plant")
        assert server.script.targets[1] == "GET /api/v1/namespaces/plant/configmaps?limit=100&continue=next%2F%3D"
    assert (names(listing), listing.resource_version) == (["a", "b", "c"], "5")


async def test_a_version_that_was_forgotten_between_pages_begins_anew(serving: Callable[..., Any]) -> None:
    async with serving() as server:
        server.answers(page(named("a"), more="x"), refusal(410, "Expired"), page(named("a"), named("c"), version="9"))
        listing = await server.cluster.list(CONFIGMAPS, "plant")
    assert (names(listing), listing.resource_version) == (["a", "c"], "9")


async def test_one_that_is_always_forgotten_is_asked_for_at_once(serving: Callable[..., Any]) -> None:
    async with serving() as server:
        for _ in range(2):
            server.answers(page(named("a"), more="x"), refusal(410, "Expired"))
        server.answers(page(named("a"), named("b")))
        assert names(await server.cluster.list(CONFIGMAPS, "plant")) == ["a", "b"]
        assert server.script.targets[-1] == "GET /api/v1/namespaces/plant/configmaps"


async def test_a_server_that_forgets_everything_is_told_of(serving: Callable[..., Any]) -> None:
    async with serving() as server:
        server.answers(*[refusal(410, "Expired")] * 3)
        with pytest.raises(WatchExpired):
            await server.cluster.list(CONFIGMAPS, "plant")


async def test_nothing_may_be_written_as_null(serving: Callable[..., Any]) -> None:
    async with serving() as server:
        server.answers(document({"metadata": {"resourceVersion": "3"}, "items": None}))
        assert await server.cluster.list(CONFIGMAPS, "plant") == Listing((), "3")


async def test_one_object_that_does_not_fit_hides_no_other(serving: Callable[..., Any]) -> None:
    odd = named("odd", spec={}, status={"profileCount": "many"})
    with structlog.testing.capture_logs() as logs:
        async with serving() as server:
            server.answers(page(named("a"), odd, named("b")))
            assert names(await server.cluster.list(GATEWAYSYNCS, "plant")) == ["a", "b"]
    assert [(line["event"], line["name"]) for line in logs] == [("object_unreadable", "odd")]
    assert "profileCount" in logs[0]["error"]


async def test_a_secret_that_does_not_fit_is_not_quoted(serving: Callable[..., Any]) -> None:
    with structlog.testing.capture_logs() as logs:
        async with serving() as server:
            server.answers(page(named("s", data={"hunter2": 1})))
            await server.cluster.list(SECRETS, "plant")
    assert logs
    assert "hunter2" not in str(logs)


@pytest.mark.parametrize(
    "body", [b"<html>", b"", b"[]", b'{"items": 1}', b'{"metadata": {"resourceVersion": "1"}'], ids=str
)
async def test_what_is_no_list_is_an_error_that_says_so(serving: Callable[..., Any], body: bytes) -> None:
    async with serving() as server:
        server.answers(Answer(parts=[body]))
        with pytest.raises(ClusterError, match=r"list configmaps in plant: https://api.example:6443 answered, but not"):
            await server.cluster.list(CONFIGMAPS, "plant")
