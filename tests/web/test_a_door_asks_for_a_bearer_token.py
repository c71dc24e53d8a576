"""Who may pass is judged by the token, once a request; what cannot be judged stays outside, and no log tells a token."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
import structlog

from stoker.errors import ClusterUnreachable
from stoker.web.bearer import Guarded
from tests.web.conftest import App

if TYPE_CHECKING:
    import httpx

    from tests.web.conftest import Served

TOKEN = "t0ken-that-nobody-may-read"


@dataclass
class Judge:
    """Says ``verdict``, or that it cannot tell."""

    verdict: str = "allowed"
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def __call__(self, token: str, path: str) -> str:
        self.asked.append((token, path))
        if self.verdict == "down":
            raise ClusterUnreachable("the API server is down")
        return self.verdict


@pytest.mark.parametrize(("verdict", "status"), [("allowed", 200), ("unknown", 401), ("forbidden", 403), ("down", 503)])
async def test_the_verdict_is_the_answer(served: Served, client: httpx.AsyncClient, verdict: str, status: int) -> None:
    judge, app = Judge(verdict), App()
    url = await served.start(Guarded(app, judge))
    answer = await client.get(f"{url}/x", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == status
    assert judge.asked == [(TOKEN, "/x")]
    assert app.asked.is_set() == (status == 200)


@pytest.mark.parametrize("header", [None, "", "Bearer", f"Basic {TOKEN}", TOKEN])
async def test_without_a_token_nobody_is_asked(served: Served, client: httpx.AsyncClient, header: str | None) -> None:
    judge = Judge()
    url = await served.start(Guarded(App(), judge))
    answer = await client.get(url, headers={} if header is None else {"Authorization": header})
    assert (answer.status_code, answer.headers["www-authenticate"], judge.asked) == (401, "Bearer", [])


async def test_refusals_are_told_now_and_then_without_the_token(served: Served, client: httpx.AsyncClient) -> None:
    url = await served.start(Guarded(App(), Judge("unknown")))
    with structlog.testing.capture_logs() as logs:
        for _ in range(20):
            await client.get(url, headers={"Authorization": f"Bearer {TOKEN}"})
    assert [line["event"] for line in logs].count("request_refused") == 1
    assert TOKEN not in repr(logs)
