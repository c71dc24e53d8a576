"""A server written down answer by answer, without a socket, so that minutes of silence pass on a virtual clock."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import trio

from stoker.kube.config import Access
from stoker.kube.http import HttpCluster
from stoker.wire.by_httpx import ByHttpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from stoker.kube.cluster import Kind, WatchEvent
    from stoker.kube.http.bounds import Bounds

Part = bytes | float | Exception
"""Of a body: bytes, seconds of silence, or how it breaks."""


class Body(httpx.AsyncByteStream):
    """A body that arrives as written; ``closed`` when it was given up or read to its end."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            if isinstance(part, Exception):
                raise part
            if isinstance(part, float):
                await trio.sleep(part)
            else:
                await trio.lowlevel.checkpoint()
                yield part

    async def aclose(self) -> None:
        self.closed = True


@dataclass
class Answer:
    """One answer; ``delay`` before its head."""

    status: int = 200
    parts: Sequence[Part] = ()
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0


def document(body: Any, status: int = 200, **headers: str) -> Answer:
    """JSON."""
    return Answer(status, [json.dumps(body).encode()], {key.replace("_", "-"): value for key, value in headers.items()})


def refusal(code: int, reason: str = "", message: str = "no", *, details: Any = None, **headers: str) -> Answer:
    """A Status."""
    body = {"kind": "Status", "code": code, "reason": reason, "message": message, "details": details or {}}
    return document(body, code, **headers)


def named(name: str, version: str = "1", **more: Any) -> dict[str, Any]:
    """An object."""
    return {"metadata": {"name": name, "namespace": "plant", "resourceVersion": version}, **more}


def page(*items: Any, version: str = "1", more: str = "") -> Answer:
    """A piece of a list."""
    return document({"metadata": {"resourceVersion": version, "continue": more}, "items": list(items)})


def told(kind: str, body: Any) -> bytes:
    """A line of a watch."""
    return json.dumps({"type": kind, "object": body}).encode() + b"\n"


def bookmark(version: str) -> bytes:
    """A line that only moves the version."""
    return told("BOOKMARK", {"metadata": {"resourceVersion": version}})


class Scripted(httpx.AsyncBaseTransport):
    """Gives its answers in order; notes who asked for what, and when."""

    def __init__(self) -> None:
        self.answers: list[Answer | Exception] = []
        self.asked: list[httpx.Request] = []
        self.times: list[float] = []
        self.bodies: list[Body] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        self.times.append(trio.current_time())
        await trio.lowlevel.checkpoint()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        await trio.sleep(answer.delay)
        body = Body(answer.parts)
        self.bodies.append(body)
        return httpx.Response(answer.status, headers=answer.headers, stream=body)

    @property
    def targets(self) -> list[str]:
        """Method, path and query of each request."""
        return [f"{request.method} {request.url.raw_path.decode()}" for request in self.asked]


class Tokens:
    """An identity whose credential is replaced when it is refused, as long as there is another."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)

    async def authorization(self) -> str | None:
        return f"Bearer {self.tokens[0]}"

    async def refused(self, value: str | None) -> bool:
        if len(self.tokens) > 1:
            self.tokens.pop(0)
        return await self.authorization() != value


@dataclass
class Server:
    """A scripted server and the adapter under test."""

    script: Scripted
    cluster: HttpCluster

    def answers(self, *answers: Answer | Exception) -> None:
        """What comes next."""
        self.script.answers += answers

    async def watched(self, kind: Kind[Any], since: str = "1", **more: Any) -> list[WatchEvent[Any]]:
        """What a watch tells until it ends."""
        send, receive = trio.open_memory_channel[Any](1000)
        await self.cluster.watch(kind, "plant", resource_version=since, into=send, **more)
        send.close()
        return [event async for event in receive]


@pytest.fixture
def serving() -> Callable[..., Any]:
    """``async with serving() as server``; takes bounds and tokens."""

    @asynccontextmanager
    async def made(bounds: Bounds | None = None, tokens: Tokens | None = None) -> AsyncIterator[Server]:
        script = Scripted()
        access = Access("https://api.example:6443", None, tokens or Tokens("good-token"))
        async with HttpCluster(access, bounds=bounds, way=ByHttpx(access.server, script)) as cluster:
            yield Server(script, cluster)
        assert all(body.closed for body in script.bodies), "an answer was left open"

    return made
