"""The receiver as an ASGI function: route, bound, authorise, read, act, answer, count, log. In that order.

A plain ASGI function and no framework: a forged request is refused after one header look-up or one HMAC, and every
millisecond a framework adds there is one that an attacker multiplies. Authorisation comes before anything is parsed or
looked up, and the log never holds a body or a header.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from stoker.errors import FeatureUnsupported, ObjectNotFound, StokerError
from stoker.kube.cluster import GATEWAYSYNCS, Cluster
from stoker.kube.events import EventRecorder
from stoker.observe.logs import get_logger
from stoker.receiver import payloads, signature
from stoker.receiver.deliveries import Deliveries
from stoker.receiver.intake import Intake, Refused
from stoker.receiver.nudge import Nudger

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from stoker.receiver.metrics import ReceiverMetrics
    from stoker.settings import ReceiverSettings

DELIVERY_HEADERS: Final = (
    "x-github-delivery",
    "x-gitea-delivery",
    "x-gogs-delivery",
    "x-request-uuid",
    "x-gitlab-event-uuid",
)


@dataclass(frozen=True)
class Answer:
    """What the sender is told, and what the log and the counter say of it."""

    status: int
    body: dict[str, Any]
    source: str = "unknown"


def create_app(
    cluster: Cluster, *, settings: ReceiverSettings, metrics: ReceiverMetrics, now: Callable[[], datetime]
) -> Receiver:
    """The receiver over ``cluster``; warns once when nobody needs to prove who they are."""
    log = get_logger("receiver")
    if settings.open:
        log.warning("receiver_open", remedy="set WEBHOOK_HMAC_SECRET or WEBHOOK_BEARER_TOKEN")
    nudger = Nudger(cluster, EventRecorder(cluster, "stoker-receiver", now=now), now)
    return Receiver(cluster, settings, metrics, nudger)


@dataclass
class Receiver:
    """``POST /webhook/{namespace}/{name}``, ``/webhook/{namespace}``, ``/webhook``."""

    cluster: Cluster
    settings: ReceiverSettings
    metrics: ReceiverMetrics
    nudger: Nudger
    intake: Intake = field(default_factory=Intake)
    deliveries: Deliveries = field(default_factory=Deliveries)

    def __post_init__(self) -> None:
        self._log = get_logger("receiver")

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """One request, or the server's lifespan."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            answer = await self._answer(scope, receive)
            self.metrics.answered(answer.source, answer.status)
            if answer.status != 401:
                self._say(scope["path"], answer)
            data = json.dumps(answer.body).encode()
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(data)).encode())]
            if answer.status == 413:
                headers.append((b"connection", b"close"))
            await send({"type": "http.response.start", "status": answer.status, "headers": headers})
            await send({"type": "http.response.body", "body": data})

    async def _answer(self, scope: dict[str, Any], receive: Any) -> Answer:
        route = _route(scope["path"])
        if route is None:
            return Answer(404, {"error": "no such page; post to /webhook/{namespace}/{name}"})
        if scope["method"] != "POST":
            return Answer(405, {"error": "only POST is served here"})
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        length = headers.get("content-length", "")
        try:
            if not signature.shows_something(self.settings, headers):
                return Answer(401, {"error": "no valid signature or token"})
            raw = await self.intake.read(receive, int(length) if length.isdigit() else None)
        except Refused as refused:
            return Answer(refused.status, {"error": refused.reason})
        if not signature.authorized(self.settings, headers, raw):
            return Answer(401, {"error": "no valid signature or token"})
        return await self._act(scope["path"], route, headers, raw)

    async def _act(self, path: str, route: tuple[str, ...], headers: dict[str, str], raw: bytes) -> Answer:
        source = "unknown"
        try:
            said = payloads.read(headers, raw)
            source = said.source
            if isinstance(said, payloads.Malformed):
                return Answer(400, {"error": said.error}, source)
            if isinstance(said, payloads.Ping):
                return Answer(200, {"message": "pong"}, source)
            delivery = next((headers[name] for name in DELIVERY_HEADERS if headers.get(name)), "")
            body = await self._nudge(path, route, said, delivery)
        except FeatureUnsupported as error:
            return Answer(501, {"error": str(error)}, source)
        except ObjectNotFound as error:
            return Answer(404, {"error": str(error)}, source)
        except StokerError as error:
            return Answer(503, {"error": f"{error}; send it again"}, source)
        return body if isinstance(body, Answer) else Answer(202, body, source)

    async def _nudge(
        self,
        path: str,
        route: tuple[str, ...],
        said: payloads.Push | payloads.Retarget | payloads.Ignored,
        delivery: str,
    ) -> dict[str, Any] | Answer:
        if len(route) == 2:
            resource = await self.cluster.get(GATEWAYSYNCS, route[0], route[1])
        elif self.settings.open:
            return Answer(403, {"error": "a fleet hook needs WEBHOOK_HMAC_SECRET or WEBHOOK_BEARER_TOKEN"}, said.source)
        else:
            resource = None
        if isinstance(said, payloads.Ignored):
            return {"accepted": False, "reason": said.reason}
        if self.deliveries.seen(path, delivery):
            return {"accepted": True, "ref": said.ref, "message": "delivery already handled"}
        if resource is None and isinstance(said, payloads.Retarget):
            return {"accepted": False, "reason": "only pushes fan out; name the resource: /webhook/{namespace}/{name}"}
        if isinstance(said, payloads.Retarget) and resource is not None:
            body = await self.nudger.retarget(resource, said)
        elif isinstance(said, payloads.Push) and resource is not None:
            body = await self.nudger.push(resource, said)
        else:
            body = await self.nudger.fleet(said, route[0] if route else "")  # type: ignore[arg-type]
        self.deliveries.remember(path, delivery)
        return body

    def _say(self, path: str, answer: Answer) -> None:
        context = {
            key: answer.body[key]
            for key in ("accepted", "ref", "reason", "message", "error", "resources")
            if key in answer.body
        }
        level = self._log.info if answer.status < 400 else self._log.warning
        level("webhook_answered", path=path, status=answer.status, source=answer.source, **context)


def _route(path: str) -> tuple[str, ...] | None:
    """The parts after ``/webhook``: none, a namespace, or namespace and name; None when it is no page of ours."""
    first, *rest = path.strip("/").split("/")
    if first != "webhook" or len(rest) > 2 or any(not part for part in rest):
        return None
    return tuple(rest)


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
