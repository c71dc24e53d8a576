"""Probes and metrics over HTTP as one plain ASGI function: a framework would cost more memory than an agent has to spare."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from stoker.web.plain import lifespan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Check = Callable[[], Mapping[str, str]]
    """What is amiss: part to reason; empty means good."""


def probe_app(
    *,
    live: Check,
    ready: Check,
    startup: Check | None = None,
    metrics: Callable[[], tuple[bytes, str]] | None = None,
) -> Any:
    """``/healthz``, ``/readyz``, ``/startupz`` and ``/metrics``, each where its callable is given: 200 or 503 with reasons."""
    checks: dict[str, Check] = {"/healthz": live, "/readyz": ready}
    if startup is not None:
        checks["/startupz"] = startup

    def answer(path: str) -> tuple[int, bytes, str]:
        if path in checks:
            amiss = dict(checks[path]())
            return (503 if amiss else 200), json.dumps({"ok": not amiss, "reasons": amiss}).encode(), "application/json"
        if path == "/metrics" and metrics is not None:
            body, kind = metrics()
            return 200, body, kind
        there = ", ".join([*checks, *(["/metrics"] if metrics is not None else [])])
        return 404, json.dumps({"error": f"no such page; there are {there}"}).encode(), "application/json"

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        if scope["method"] in {"GET", "HEAD"}:
            status, body, kind = answer(scope["path"])
        else:
            status, body, kind = 405, b'{"error": "probes are only read: GET or HEAD"}', "application/json"
        headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    return app
