"""The real webhook over real sockets, with an object store in memory behind it."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import trio

from stoker.admission.judge import AdmissionSettings
from stoker.admission.metrics import InjectorMetrics
from stoker.admission.run import run_admission
from stoker.kube.cluster import GATEWAYSYNCS
from stoker.kube.memory import MemoryCluster
from stoker.observe.metrics import new_registry
from stoker.web.certificate import self_signed
from stoker.web.certified import LiveCertificate
from tests.admission.pods import IMAGE, NAMESPACE, Json, patched, pod
from tests.api.samples import LEAST

if TYPE_CHECKING:
    import ssl

    from prometheus_client import CollectorRegistry

PATH = "/mutate-v1-pod"
PAIR = self_signed(("localhost",))


def review(body: Json | None, *, uid: str = "705ab4f5", namespace: str = NAMESPACE, **request: Any) -> Json:
    """What the API server posts."""
    kind = {"group": "", "version": "v1", "kind": "Pod"}
    whole = {
        "uid": uid,
        "kind": kind,
        "resource": {"group": "", "version": "v1", "resource": "pods"},
        "requestKind": kind,
        "namespace": namespace,
        "operation": "CREATE",
        "userInfo": {"username": "system:serviceaccount:kube-system:statefulset-controller", "groups": ["x"]},
        "object": body,
        "oldObject": None,
        "dryRun": False,
        "options": {"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1"},
        **request,
    }
    return {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": whole}


@dataclass(frozen=True)
class Answer:
    """An answered review: what it says, and the pod as it is then."""

    response: Json
    pod: Json

    @property
    def message(self) -> str:
        """Why it is denied; empty when it is not."""
        assert self.response["allowed"] is ("status" not in self.response)
        return str(self.response.get("status", {}).get("message", ""))

    @property
    def injected(self) -> bool:
        """The pod has an agent now."""
        return bool(self.response["allowed"]) and "patch" in self.response

    @property
    def untouched(self) -> bool:
        """It is let through as it is."""
        return bool(self.response["allowed"]) and "patch" not in self.response


@dataclass
class Webhook:
    """A running webhook. ``ask`` reviews a pod, ``post`` sends any body."""

    url: str
    cluster: MemoryCluster
    registry: CollectorRegistry
    http: httpx.AsyncClient

    async def add(self, name: str = "plant", namespace: str = NAMESPACE, **spec: Any) -> None:
        """A resource; ``spec``: keys beside those of the least one."""
        body = {"metadata": {"name": name}, "spec": {**LEAST, **spec}}
        await self.cluster.create(GATEWAYSYNCS, namespace, body)

    async def post(self, body: bytes, *, path: str = PATH, kind: str = "application/json") -> httpx.Response:
        """One request."""
        return await self.http.post(self.url + path, content=body, headers={"Content-Type": kind})

    async def ask(self, body: Json | None = None, **request: Any) -> Answer:
        """The answer to a review of this pod, or of one that asks for an agent."""
        asked = pod() if body is None else body
        answer = await self.post(json.dumps(review(asked, **request)).encode())
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        whole = answer.json()
        assert (whole["kind"], whole["apiVersion"]) == ("AdmissionReview", "admission.k8s.io/v1")
        response = whole["response"]
        assert response["uid"] == request.get("uid", "705ab4f5")
        patch = json.loads(base64.b64decode(response["patch"])) if "patch" in response else []
        assert response.get("patchType") == ("JSONPatch" if patch else None)
        return Answer(response, patched(asked, patch))

    def counted(self, result: str, namespace: str = NAMESPACE) -> float:
        """The value of the injector's counter."""
        labels = {"namespace": namespace, "result": result}
        return self.registry.get_sample_value("stoker_webhook_injector_injections_total", labels) or 0.0


Serve = Callable[..., Awaitable[Webhook]]


async def shown(*, task_status: trio.TaskStatus[ssl.SSLContext]) -> None:
    """A source of one certificate for ever."""
    task_status.started(LiveCertificate(*PAIR).context)
    await trio.sleep_forever()


@pytest.fixture
async def serving() -> AsyncIterator[Serve]:
    """Starts webhooks over a store in memory; ``settings`` are fields of AdmissionSettings."""
    async with AsyncExitStack() as stack, trio.open_nursery() as nursery:

        async def start(cluster: MemoryCluster | None = None, **settings: Any) -> Webhook:
            registry, store = new_registry(), cluster or MemoryCluster()
            run = partial(
                run_admission,
                store,
                shown,
                settings=AdmissionSettings(**{"default_image": IMAGE, **settings}),
                metrics=InjectorMetrics(registry),
                bind="127.0.0.1:0",
                stopping=trio.Event(),
            )
            (url,) = await nursery.start(run)
            # Not trusting it costs nothing: TLS is what tests/web is about.
            http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=30, verify=False))
            return Webhook(url, store, registry, http)

        yield start
        nursery.cancel_scope.cancel()


@pytest.fixture
async def webhook(serving: Serve) -> Webhook:
    """One with the usual settings and a resource called ``plant``."""
    served = await serving()
    await served.add()
    return served
