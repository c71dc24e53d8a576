"""Bitbucket Data Center's *Test connection* comes without a signature, whatever secret its webhook has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.receiver.conftest import SIGNED, Serve, Served, signature
from tests.receiver.samples import sample

if TYPE_CHECKING:
    from collections.abc import Callable

PING = sample("bitbucket-datacenter-ping")


@pytest.mark.parametrize("env", [SIGNED, {"WEBHOOK_BEARER_TOKEN": "tok-en-0123456789"}], ids=["secret", "token"])
async def test_it_is_answered_200_and_says_that_the_secret_was_not_looked_at(
    serving: Serve, env: dict[str, str]
) -> None:
    served = await serving(env)
    answer = await served.post(PING.raw, PING.headers)
    assert (answer.status_code, answer.json()["message"]) == (200, "pong")
    assert "not signed" in answer.json()["reason"]
    assert served.counted("bitbucket", 200) == 1


@pytest.mark.parametrize(
    "shown",
    [
        {"X-Hub-Signature": f"sha256={signature(PING.raw, 'another')}"},
        {"Authorization": "Basic c3Rva2VyOndyb25n"},
        {"X-Gitlab-Token": "wrong"},
    ],
    ids=["signature", "password", "token"],
)
async def test_with_a_wrong_proof_it_is_refused(receiver: Served, shown: dict[str, str]) -> None:
    assert (await receiver.post(PING.raw, PING.headers | shown)).status_code == 401


async def test_signed_it_says_that_the_secret_is_right(receiver: Served) -> None:
    signed = {"X-Hub-Signature": f"sha256={signature(PING.raw)}"}
    answer = await receiver.post(PING.raw, PING.headers | signed)
    assert (answer.status_code, answer.json()) == (200, {"message": "pong"})


async def test_nothing_else_passes_by_its_name(receiver: Served) -> None:
    push = sample("github-push")
    before = await receiver.versions()
    assert (await receiver.post(push.raw, push.headers | {"X-Event-Key": "diagnostics:ping"})).status_code == 200
    assert (await receiver.post(push.raw, push.headers | {"X-Event-Key": "repo:refs_changed"})).status_code == 401
    assert await receiver.versions() == before


async def test_a_stranger_fills_no_log_with_it(receiver: Served, logged: Callable[[], list[dict[str, Any]]]) -> None:
    for _ in range(5):
        await receiver.post(PING.raw, PING.headers)
    assert [line for line in logged() if line["event"].startswith("webhook_")] == []
