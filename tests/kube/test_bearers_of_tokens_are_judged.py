"""A token is judged by two reviews; the verdict is kept briefly, in bounded number, and never granted on a failure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import msgspec
import pytest
import trio

from stoker.errors import ClusterUnreachable, Forbidden, StokerError
from stoker.kube.reviews import AT_ONCE, MOST, TOKENREVIEWS, Reviewer

if TYPE_CHECKING:
    from stoker.kube.cluster import Cluster

USER = {"username": "system:serviceaccount:monitoring:prometheus", "uid": "u1", "groups": ["g"], "extra": {"k": ["v"]}}


@dataclass
class Authorities:
    """An API server that knows one token and who may read what."""

    allowed: bool = True
    fails: StokerError | None = None
    hangs: bool = False
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def create(self, kind: Any, namespace: str, body: Any) -> Any:
        self.asked.append((kind.kind, dict(body["spec"])))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await trio.sleep(float("inf") if self.hangs else 0.1)
        self.at_once -= 1
        if self.fails is not None:
            raise self.fails
        if kind is TOKENREVIEWS:
            known = body["spec"]["token"] == "good"
            status = {"authenticated": known, **({"user": USER} if known else {})}
        else:
            status = {"allowed": self.allowed}
        return msgspec.convert({"status": status}, kind.type)


def judging(server: Authorities) -> Reviewer:
    return Reviewer(cast("Cluster", server))


async def test_the_bearer_is_found_and_then_asked_for(autojump_clock: object) -> None:
    server = Authorities()
    assert await judging(server).may_get("good", "/metrics") == "allowed"
    wanted = {"path": "/metrics", "verb": "get"}
    access = {
        "nonResourceAttributes": wanted,
        "user": USER["username"],
        "groups": ["g"],
        "uid": "u1",
        "extra": {"k": ["v"]},
    }
    assert server.asked == [("TokenReview", {"token": "good"}), ("SubjectAccessReview", access)]


async def test_a_bearer_nobody_knows_is_not_asked_for(autojump_clock: object) -> None:
    server = Authorities()
    assert await judging(server).may_get("bad", "/metrics") == "unknown"
    assert [kind for kind, _ in server.asked] == ["TokenReview"]


async def test_a_bearer_without_the_right_is_forbidden(autojump_clock: object) -> None:
    assert await judging(Authorities(allowed=False)).may_get("good", "/metrics") == "forbidden"


async def test_a_verdict_is_kept_briefly(autojump_clock: object) -> None:
    server = Authorities()
    reviewer = judging(server)
    for _ in range(5):
        await reviewer.may_get("good", "/metrics")
    assert len(server.asked) == 2
    server.allowed = False
    await trio.sleep(61)
    assert await reviewer.may_get("good", "/metrics") == "forbidden"


async def test_another_path_is_another_question(autojump_clock: object) -> None:
    server = Authorities()
    reviewer = judging(server)
    await reviewer.may_get("good", "/metrics")
    await reviewer.may_get("good", "/healthz")
    assert len(server.asked) == 4


@pytest.mark.parametrize("error", [ClusterUnreachable("gone"), Forbidden("no create on tokenreviews")])
async def test_a_failure_grants_nothing_and_is_not_kept(autojump_clock: object, error: StokerError) -> None:
    server = Authorities(fails=error)
    reviewer = judging(server)
    with pytest.raises(type(error)):
        await reviewer.may_get("good", "/metrics")
    server.fails = None
    assert await reviewer.may_get("good", "/metrics") == "allowed"


async def test_a_server_that_hangs_is_given_up(autojump_clock: object) -> None:
    with pytest.raises(trio.TooSlowError):
        await judging(Authorities(hangs=True)).may_get("good", "/metrics")


async def test_strangers_wait_for_one_another_and_fill_no_memory(autojump_clock: object) -> None:
    server = Authorities()
    reviewer = judging(server)
    for batch in range(10):
        async with trio.open_nursery() as nursery:
            for number in range(50):
                nursery.start_soon(reviewer.may_get, f"{batch}-{number}", "/metrics")
    assert server.most_at_once <= AT_ONCE
    assert len(reviewer._kept) <= MOST


async def test_a_token_as_long_as_a_book_is_nobody_s(autojump_clock: object) -> None:
    server = Authorities()
    assert await judging(server).may_get("x" * 100_000, "/metrics") == "unknown"
    assert server.asked == []
