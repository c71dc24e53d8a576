"""Bitbucket Data Center's *Test connection* comes without a signature, whatever secret its webhook has."""

from __future__ import annotations

import pytest

from tests.receiver.conftest import SIGNED, Serve, Served, signature
from tests.receiver.samples import sample

PING = sample("bitbucket-datacenter-ping")


@pytest.mark.parametrize("env", [SIGNED, {"WEBHOOK_BEARER_TOKEN": "tok-en-0123456789"}], ids=["secret", "token"])
async def test_unsigned_it_is_refused_and_told_what_to_do(serving: Serve, env: dict[str, str]) -> None:
    served = await serving(env)
    answer = await served.post(PING.raw, PING.headers)
    assert answer.status_code == 401
    assert "save the webhook" in answer.json()["error"]


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
