"""The receiver as an ASGI function: route, bound, authorise, read, act, answer, count, log. In that order.

A plain ASGI function and no framework: a forged request is refused after one header look-up or one HMAC, and every
millisecond a framework adds there is one that an attacker multiplies. Authorisation comes before anything is parsed or
looked up, and the log never holds a body or a header.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import trio

from stoker.kube.events import EventRecorder
from stoker.observe.logs import get_logger
from stoker.receiver import payloads, signature
from stoker.receiver.answers import Answer, Answerer
from stoker.receiver.backlog import Backlog
from stoker.receiver.deliveries import delivery_of
from stoker.receiver.nudge import Nudger
from stoker.receiver.picture import Picture
from stoker.receiver.record import Record
from stoker.receiver.senders import bitbucket
from stoker.values import Mutable, field
from stoker.web.intake import MIB, Intake, Refused
from stoker.web.plain import lifespan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from stoker.kube.cluster import Cluster
    from stoker.receiver.metrics import ReceiverMetrics
    from stoker.receiver.said import Said
    from stoker.settings import ReceiverSettings


BODY_LIMIT: Final = 25 * MIB
"""GitHub's own."""
UNPROVED: Final = "unauthorized: no valid signature or token"
UNSIGNED: Final = f"{UNPROVED}: Bitbucket signs no test of a connection; save the webhook, and the first push tells"


def create_app(
    cluster: Cluster,
    *,
    settings: ReceiverSettings,
    metrics: ReceiverMetrics,
    now: Callable[[], datetime],
    kept: Callable[[], bool] = lambda: True,
    namespaces: Sequence[str] = (),
) -> Receiver:
    """The receiver over ``cluster``; warns once when nobody needs to prove who they are. ``kept``: see ``Answerer``;
    ``namespaces``: where resources are looked for (none named: everywhere).
    """
    if settings.open:
        get_logger("receiver").warning("receiver_open", remedy="set WEBHOOK_HMAC_SECRET or WEBHOOK_BEARER_TOKEN")
    picture = Picture(cluster, namespaces)
    backlog = Backlog(EventRecorder(cluster, "stoker-receiver", now=now))
    nudger = Nudger(cluster, backlog, now, picture)
    return Receiver(Answerer(cluster, nudger, kept=kept), settings, metrics)


class Receiver(Mutable):
    """``POST /webhook/{namespace}/{name}``, ``/webhook/{namespace}``, ``/webhook``."""

    answerer: Answerer
    settings: ReceiverSettings
    metrics: ReceiverMetrics
    intake: Intake = field(default_factory=partial(Intake, BODY_LIMIT))
    record: Record = field(default_factory=Record)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """One request, or the server's lifespan."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            try:
                answer = await self._answer(scope, receive)
            except Exception:  # noqa: BLE001 - the server would drop it in silence
                self.record.crashed(scope["path"])
                answer = Answer(500, {"error": "a fault of the receiver; its log says which"})
            else:
                self.record.say(scope["path"], answer)
            self.metrics.answered(answer.source, answer.status)
            await _send(answer, send)

    async def _live(self, receive: Any, send: Any) -> None:
        nudger = self.answerer.nudger
        async with trio.open_nursery() as nursery:
            nursery.start_soon(nudger.picture.run)
            nursery.start_soon(nudger.events.run)
            await lifespan(receive, send, ending=nudger.events.finish)
            nursery.cancel_scope.cancel()

    async def _answer(self, scope: dict[str, Any], receive: Any) -> Answer:
        route = _route(scope["path"])
        if route is None:
            return _stranger(404, "no such page; post to /webhook/{namespace}/{name}")
        if scope["method"] != "POST":
            return _stranger(405, "only POST is served here")
        if self.settings.open and len(route) < 2:
            return _stranger(403, "a fleet hook needs WEBHOOK_HMAC_SECRET or WEBHOOK_BEARER_TOKEN")
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        try:
            said = await self._heard(headers, receive)
        except Refused as refused:
            return _stranger(refused.status, refused.reason)
        if said is None:
            return _stranger(401, UNSIGNED if bitbucket.is_unsigned_test(headers) else UNPROVED)
        return await self.answerer.answer(route, said, delivery_of(headers))

    async def _heard(self, headers: dict[str, str], receive: Any) -> Said | None:
        """What was said, None when the speaker may not. The body lives no longer than this."""
        declared = headers.get("content-length", "")
        self.intake.weigh(declared)
        if not signature.shows_something(self.settings, headers):
            return None
        raw = await self.intake.read(receive, declared)
        return payloads.read(headers, raw) if signature.authorized(self.settings, headers, raw) else None


def _stranger(status: int, error: str) -> Answer:
    return Answer(status, {"error": error}, trusted=False)


async def _send(answer: Answer, send: Any) -> None:
    # Without spaces and with an end of line, as ever: shell scripts look for `"accepted":true`, and curl shows it whole.
    data = json.dumps(answer.body, separators=(",", ":"), sort_keys=True).encode() + b"\n"
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(data)).encode())]
    if answer.status == 405:
        headers.append((b"allow", b"POST"))
    if answer.status == 413:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": data})


def _route(path: str) -> tuple[str, ...] | None:
    """The parts after ``/webhook``: none, a namespace, or namespace and name; None when it is no page of ours."""
    first, *rest = path.strip("/").split("/")
    if first != "webhook" or len(rest) > 2 or any(not part for part in rest):
        return None
    return tuple(rest)
