"""The demo's git host: a GitHub push event, signed or forged, sent to the receiver."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import uuid
from typing import Any

import httpx

from stoker.values import Value

TIMEOUT = httpx.Timeout(10.0)


class Answer(Value, frozen=True):
    """The receiver's answer, and when the request left, in seconds of ``time.perf_counter``."""

    status: int
    body: Any
    sent_at: float


class GitHost:
    """Sends events to one resource's hook. ``secret`` is the one that the receiver was given."""

    def __init__(self, url: str, secret: str) -> None:
        self.url = url
        self._secret = secret

    async def push(self, branch: str, commit: str, *, secret: str | None = None) -> Answer:
        """A push event of ``branch``; another ``secret`` makes it a forgery."""
        payload = {
            "ref": f"refs/heads/{branch}",
            "after": commit,
            "deleted": False,
            "repository": {"full_name": "demo/plant", "clone_url": "https://git.example.com/demo/plant.git"},
        }
        return await self._send(payload, {"X-GitHub-Event": "push"}, secret or self._secret)

    async def force(self, ref: str) -> Answer:
        """A request to sync ``ref`` now, also when its commit is unchanged."""
        return await self._send({"ref": ref}, {}, self._secret)

    async def _send(self, payload: dict[str, Any], headers: dict[str, str], secret: str) -> Answer:
        body = json.dumps(payload).encode()
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        sent = {
            "Content-Type": "application/json",
            "X-GitHub-Delivery": str(uuid.uuid4()),
            "X-Hub-Signature-256": f"sha256={signature}",
            **headers,
        }
        async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as client:
            sent_at = time.perf_counter()
            response = await client.post(self.url, content=body, headers=sent)
        return Answer(response.status_code, response.json() if response.content else None, sent_at)
