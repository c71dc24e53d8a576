"""Probes and metrics as pages: for ``pages`` to serve, or as one plain ASGI function beside another application."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from stoker.web.pages import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stoker.web.pages import Pages

    Check = Callable[[], Mapping[str, str]]
    """What is amiss: part to reason; empty means good."""


def probe_pages(
    *,
    live: Check,
    ready: Check,
    startup: Check | None = None,
    metrics: Callable[[], tuple[bytes, str]] | None = None,
) -> Pages:
    """``/healthz``, ``/readyz``, ``/startupz`` and ``/metrics``, each where its callable is given: 200 or 503 with reasons."""
    checks: dict[str, Check] = {"/healthz": live, "/readyz": ready}
    if startup is not None:
        checks["/startupz"] = startup

    def answer(method: str, path: str) -> Page:
        if method not in {"GET", "HEAD"}:
            return _json(405, {"error": "probes are only read: GET or HEAD"})
        if path in checks:
            amiss = dict(checks[path]())
            return _json(503 if amiss else 200, {"ok": not amiss, "reasons": amiss})
        if path == "/metrics" and metrics is not None:
            return Page(200, *metrics())
        there = ", ".join([*checks, *(["/metrics"] if metrics is not None else [])])
        return _json(404, {"error": f"no such page; there are {there}"})

    return answer


def probe_app(
    *,
    live: Check,
    ready: Check,
    startup: Check | None = None,
    metrics: Callable[[], tuple[bytes, str]] | None = None,
) -> Any:
    """The same as an ASGI application, for where hypercorn is there anyway, with TLS say."""
    pages = probe_pages(live=live, ready=ready, startup=startup, metrics=metrics)

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        status, body, kind = pages(scope["method"], scope["path"])
        headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    return app


def _json(status: int, content: dict[str, object]) -> Page:
    return Page(status, json.dumps(content).encode(), "application/json")


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
