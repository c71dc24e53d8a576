"""The real receiver over real sockets, with an object store in memory behind it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import trio

from stoker.api.times import utcnow
from stoker.kube.cluster import GATEWAYSYNCS
from stoker.kube.memory import MemoryCluster
from stoker.observe.metrics import new_registry
from stoker.receiver.app import create_app
from stoker.receiver.metrics import ReceiverMetrics
from stoker.settings import ReceiverSettings
from stoker.web.serve import serve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prometheus_client import CollectorRegistry

    from stoker.api.objects import GatewaySync
    from stoker.kube.faults import Faults

SECRET = "correct-horse-battery"
SIGNED = {"WEBHOOK_HMAC_SECRET": SECRET}
HOOK = "/webhook/default/plant"


def signature(body: bytes, secret: str = SECRET) -> str:
    """The hex digest that a git host computes."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def github(body: bytes, *, event: str = "push", secret: str = SECRET, delivery: str = "") -> dict[str, str]:
    """The headers that GitHub sends."""
    named = {"X-GitHub-Delivery": delivery} if delivery else {}
    return {"X-GitHub-Event": event, "X-Hub-Signature-256": f"sha256={signature(body, secret)}", **named}


def pushed(ref: str = "refs/heads/main", repository: str = "https://github.com/plant/ignition", **more: Any) -> bytes:
    """A GitHub push payload, cut to what is looked at and a little more."""
    urls = {
        "html_url": repository,
        "url": repository,
        "clone_url": f"{repository}.git",
        "ssh_url": "git@github.com:" + repository.removeprefix("https://github.com/") + ".git",
        "git_url": repository.replace("https://", "git://") + ".git",
    }
    return json.dumps({"ref": ref, "deleted": False, "repository": urls, "commits": [], **more}).encode()


@dataclass
class Served:
    """A running receiver. ``post`` sends a body; ``annotations`` is what stands on a resource."""

    url: str
    cluster: MemoryCluster
    registry: CollectorRegistry
    http: httpx.AsyncClient
    stop: Callable[[], Awaitable[None]]

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return int(self.url.rsplit(":", 1)[1])

    async def add(self, name: str = "plant", namespace: str = "default", **git: str) -> GatewaySync:
        """A resource; ``git`` overrides fields of spec.git."""
        spec = {"git": {"repo": "https://github.com/plant/ignition.git", "ref": "main", **git}}
        return await self.cluster.create(GATEWAYSYNCS, namespace, {"metadata": {"name": name}, "spec": spec})

    async def annotations(self, name: str = "plant", namespace: str = "default") -> dict[str, str]:
        """Those of a resource, by their names after ``stoker.io/``."""
        found = (await self.cluster.get(GATEWAYSYNCS, namespace, name)).metadata.annotations
        return {key.removeprefix("stoker.io/"): value for key, value in found.items()}

    async def versions(self) -> dict[str, str]:
        """What a write of any resource changes; events are not among them, which come when they come."""
        found = (await self.cluster.list(GATEWAYSYNCS)).items
        return {one.metadata.name: one.metadata.resource_version for one in found}

    async def post(self, body: bytes, headers: Mapping[str, str], path: str = HOOK) -> httpx.Response:
        """One request."""
        return await self.http.post(self.url + path, content=body, headers=dict(headers))

    async def push(self, body: bytes, path: str = HOOK, **how: str) -> httpx.Response:
        """One signed GitHub push."""
        return await self.post(body, github(body, **how), path)

    async def order(self, ref: str, path: str = HOOK, **headers: str) -> httpx.Response:
        """One signed generic request."""
        body = json.dumps({"ref": ref}).encode()
        return await self.post(body, {"X-Hub-Signature-256": f"sha256={signature(body)}", **headers}, path)

    def counted(self, source: str, status: int) -> float:
        """The value of the receiver's counter."""
        labels = {"source": source, "status_code": str(status)}
        return self.registry.get_sample_value("stoker_webhook_receiver_requests_total", labels) or 0.0


Serve = Callable[..., Awaitable[Served]]


@pytest.fixture
async def serving() -> AsyncIterator[Serve]:
    """Starts receivers with the environment given (signed unless told), and one resource ``default/plant``."""
    async with AsyncExitStack() as stack, trio.open_nursery() as nursery:

        async def start(env: Mapping[str, str] = SIGNED, *, faults: Faults | None = None) -> Served:
            registry, cluster = new_registry(), MemoryCluster(faults=faults)
            settings = ReceiverSettings.from_env(env)
            app = create_app(cluster, settings=settings, metrics=ReceiverMetrics(registry), now=utcnow)
            stopping, ended = trio.Event(), trio.Event()

            async def run(*, task_status: trio.TaskStatus[list[str]]) -> None:
                await serve(app, bind="127.0.0.1:0", stopping=stopping, task_status=task_status)
                ended.set()

            async def stop() -> None:
                stopping.set()
                await ended.wait()

            (url,) = await nursery.start(run)
            http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=30))
            served = Served(url, cluster, registry, http, stop)
            if faults is None:
                await served.add()
            return served

        yield start
        nursery.cancel_scope.cancel()


@pytest.fixture
async def receiver(serving: Serve) -> Served:
    """A signed one."""
    return await serving()
