"""What is tried again and what is not: throttling, a connection that had just been closed, a credential with a successor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
import trio

from stoker.errors import ClusterError, ClusterUnreachable, DeadlineExceeded, StokerError, TooManyRequests, Unauthorized
from stoker.kube.cluster import CONFIGMAPS, SECRETS
from stoker.kube.http.bounds import Bounds
from tests.kube.http.conftest import Answer, Part, Tokens, document, named, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from trio.testing import MockClock

GOOD = document(named("a"))
DRIPPING: list[Part] = [b"{"]
for _ in range(50):
    DRIPPING += (10.0, b" ")
CLOSED = httpx.RemoteProtocolError("Server disconnected without sending a response.")


async def get(server: Any) -> Any:
    return await server.cluster.get(CONFIGMAPS, "plant", "a")


@pytest.mark.parametrize("code", [429, 503, 500])
async def test_the_server_s_wish_to_wait_is_obeyed(
    serving: Callable[..., Any], autojump_clock: MockClock, code: int
) -> None:
    async with serving() as server:
        server.answers(refusal(code, retry_after="3"), refusal(code, retry_after="2"), GOOD)
        assert (await get(server)).metadata.name == "a"
        assert server.script.times == [0, 3, 5]


async def test_without_a_wish_a_throttled_request_waits_a_second(
    serving: Callable[..., Any], autojump_clock: MockClock
) -> None:
    async with serving() as server:
        server.answers(refusal(429), GOOD)
        await get(server)
        assert server.script.times == [0, 1]


async def test_not_for_ever(serving: Callable[..., Any], autojump_clock: MockClock) -> None:
    async with serving() as server:
        server.answers(*[refusal(429, retry_after="2")] * 9)
        with pytest.raises(TooManyRequests) as caught:
            await get(server)
        assert (len(server.script.asked), caught.value.retry_after) == (4, 2)


@pytest.mark.parametrize("wish", [11, 60])
async def test_a_long_wait_is_the_caller_s(serving: Callable[..., Any], autojump_clock: MockClock, wish: int) -> None:
    async with serving() as server:
        server.answers(refusal(429, retry_after=str(wish)))
        with pytest.raises(TooManyRequests) as caught:
            await get(server)
        assert (trio.current_time(), caught.value.retry_after) == (0, wish)


async def test_a_failure_without_a_wish_is_told_at_once(serving: Callable[..., Any]) -> None:
    async with serving() as server:
        server.answers(refusal(500, message="etcdserver: leader changed"))
        with pytest.raises(ClusterError, match="get configmaps plant/a: 500 etcdserver: leader changed"):
            await get(server)


async def test_the_whole_has_a_bound(serving: Callable[..., Any], autojump_clock: MockClock) -> None:
    async with serving() as server:
        server.answers(*[Answer(429, delay=10.0)] * 9)
        with pytest.raises(StokerError):
            await get(server)
        assert trio.current_time() <= Bounds().request


async def test_a_connection_closed_a_moment_before_is_tried_once_more(serving: Callable[..., Any]) -> None:
    async with serving() as server:
        server.answers(CLOSED, GOOD)
        await get(server)
        server.answers(CLOSED, CLOSED, GOOD)
        with pytest.raises(ClusterUnreachable, match="Server disconnected"):
            await get(server)


async def test_a_creation_is_never_sent_twice(serving: Callable[..., Any]) -> None:
    async with serving() as server:
        server.answers(CLOSED)
        with pytest.raises(ClusterUnreachable):
            await server.cluster.create(CONFIGMAPS, "plant", {"metadata": {"name": "a"}})


async def test_a_patch_is_sent_again_unless_it_has_a_precondition(serving: Callable[..., Any]) -> None:
    async with serving() as server:
        server.answers(CLOSED, GOOD)
        await server.cluster.patch(CONFIGMAPS, "plant", "a", {"data": {"k": "v"}})
        server.answers(CLOSED)
        with pytest.raises(ClusterUnreachable):
            await server.cluster.patch(CONFIGMAPS, "plant", "a", {"metadata": {"resourceVersion": "1"}})


async def test_a_refused_connection_is_told_at_once(serving: Callable[..., Any]) -> None:
    async with serving() as server:
        server.answers(httpx.ConnectError("All connection attempts failed"))
        with pytest.raises(ClusterUnreachable, match="All connection attempts failed; check the network"):
            await get(server)


async def test_after_401_a_newer_token_is_tried(serving: Callable[..., Any]) -> None:
    async with serving(tokens=Tokens("old", "new")) as server:
        server.answers(refusal(401), GOOD)
        await get(server)
        assert [asked.headers["authorization"] for asked in server.script.asked] == ["Bearer old", "Bearer new"]


async def test_without_one_it_is_told(serving: Callable[..., Any]) -> None:
    async with serving() as server:
        server.answers(refusal(401, "Unauthorized", "Unauthorized"))
        with pytest.raises(Unauthorized, match="get configmaps plant/a: 401 Unauthorized; the credential is expired"):
            await get(server)


async def test_a_credential_that_cannot_be_looked_for_is_told_with_the_reason(serving: Callable[..., Any]) -> None:
    class Broken(Tokens):
        async def refused(self, value: str | None) -> bool:
            raise DeadlineExceeded("kubeconfig x: its exec plugin hangs")

    async with serving(tokens=Broken("old")) as server:
        server.answers(refusal(401))
        with pytest.raises(
            Unauthorized, match=r"get configmaps plant/a: 401, and there is no newer credential: .* plugin hangs"
        ):
            await get(server)


async def test_a_newer_one_that_is_refused_too_is_told(serving: Callable[..., Any]) -> None:
    async with serving(tokens=Tokens("old", "new", "newest")) as server:
        server.answers(refusal(401), refusal(401))
        with pytest.raises(Unauthorized):
            await get(server)


async def test_a_watch_takes_the_newer_token_as_well(serving: Callable[..., Any]) -> None:
    async with serving(tokens=Tokens("old", "new")) as server:
        server.answers(refusal(401), Answer())
        assert await server.watched(CONFIGMAPS) == []
        assert server.script.asked[1].headers["authorization"] == "Bearer new"


async def test_an_answer_without_end_is_given_up(serving: Callable[..., Any]) -> None:
    async with serving(Bounds(answer=1024 * 1024)) as server:
        server.answers(Answer(parts=[b" " * 600_000] * 5))
        with pytest.raises(ClusterError, match="more than 1 MiB"):
            await get(server)


async def test_a_refusal_that_drips_is_still_a_refusal(serving: Callable[..., Any], autojump_clock: MockClock) -> None:
    async with serving() as server:
        server.answers(Answer(500, parts=DRIPPING))
        with pytest.raises(ClusterError, match="get configmaps plant/a: 500"):
            await get(server)


async def test_an_answer_that_drips_is_given_up(serving: Callable[..., Any], autojump_clock: MockClock) -> None:
    async with serving() as server:
        server.answers(Answer(parts=DRIPPING))
        with pytest.raises(ClusterUnreachable, match="no answer within 25 s"):
            await get(server)
        assert trio.current_time() == 25


async def test_an_object_that_does_not_fit_is_named_with_its_fault(serving: Callable[..., Any]) -> None:
    async with serving() as server:
        server.answers(document(named("a", data={"k": 1})))
        with pytest.raises(ClusterError, match=r"get configmaps plant/a: the object cannot be read .*data"):
            await get(server)
        server.answers(document(named("s", data={"hunter2": 1})))
        with pytest.raises(ClusterError, match="a field has another type") as caught:
            await server.cluster.get(SECRETS, "plant", "s")
    assert "hunter2" not in str(caught.value)
