"""The log says what came and what became of it, and never a secret, a signature or a body."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.receiver.conftest import SECRET, Serve, github, pushed, signature

Logged = Callable[[], list[dict[str, Any]]]


async def test_what_was_let_in_is_told_with_its_outcome(serving: Serve, logged: Logged) -> None:
    served = await serving()
    await served.push(pushed())
    await served.push(pushed("refs/heads/other"))
    await served.push(b"{}")
    told = [line for line in logged() if line["event"] == "webhook_answered"]
    assert [(line["level"], line["status"], line["source"]) for line in told] == [
        ("info", 202, "github"),
        ("info", 202, "github"),
        ("warning", 400, "github"),
    ]
    assert told[0]["accepted"] is True
    assert told[0]["path"] == "/webhook/default/plant"
    assert "'main' is in effect" in told[1]["reason"]
    assert told[2]["error"] == "no ref found in payload"


async def test_no_secret_token_signature_or_body_is_ever_logged_or_answered(serving: Serve, logged: Logged) -> None:
    served = await serving({"WEBHOOK_HMAC_SECRET": SECRET, "WEBHOOK_BEARER_TOKEN": "right-token-0815"})
    body = pushed(commits=[{"message": "body-of-the-push"}])
    private = ["right-token-0815", "wrong-token-4711", SECRET, signature(body), "body-of-the-push"]
    answers = [
        await served.push(body),
        await served.push(body, "/webhook"),
        await served.push(body, secret="wrong-token-4711"),
        await served.post(body, {"Authorization": "Bearer wrong-token-4711"}),
        await served.post(b"not JSON " + body, {"Authorization": "Bearer right-token-0815"}),
        await served.post(body, github(body) | {"X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": "wrong-token-4711"}),
    ]
    assert [answer.status_code for answer in answers] == [202, 202, 401, 401, 400, 202]
    seen = json.dumps(logged()) + "".join(answer.text for answer in answers) + str(served.cluster.snapshot())
    assert not [text for text in private if text in seen]
