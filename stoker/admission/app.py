"""The webhook as an ASGI function: route, bound, read, judge, answer, count, log. In that order.

Whoever sends what is no review hears so with 400, and the log of it now and then; what cannot be judged is answered with 500,
so that the configured failurePolicy decides and not we. A plain function and no framework, as in the receiver: the API server
holds up a pod for as long as this takes.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import trio

from stoker.admission import review
from stoker.admission.record import Record
from stoker.errors import StokerError
from stoker.values import Mutable, field
from stoker.web.intake import MIB, Intake, Refused
from stoker.web.plain import lifespan, respond

if TYPE_CHECKING:
    from stoker.admission.judge import Judge
    from stoker.admission.metrics import InjectorMetrics

PATH: Final = "/mutate-v1-pod"
BODY_LIMIT: Final = 3 * MIB - 1
"""The API server takes no request of 3 MiB, and its store nothing of half that."""
BODY_SECONDS: Final = 10.0


class Unanswerable(Exception):  # noqa: N818 - an answer, not an error
    """The request is not judged: the status to answer with, and why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Admission(Mutable):
    """``POST /mutate-v1-pod``."""

    judge: Judge
    metrics: InjectorMetrics
    intake: Intake = field(default_factory=partial(Intake, BODY_LIMIT, seconds=BODY_SECONDS))
    record: Record = field(default_factory=Record)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """One request, or the server's lifespan."""
        if scope["type"] == "lifespan":
            await lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        try:
            body = await self._answer(scope, receive)
        except Unanswerable as error:
            text = json.dumps({"error": error.reason}).encode()
            more = [(b"allow", b"POST")] if error.status == 405 else [(b"connection", b"close")]
            await respond(send, error.status, text, more=more)
        else:
            await respond(send, 200, body)

    async def _answer(self, scope: dict[str, Any], receive: Any) -> bytes:
        try:
            asked = review.read(await self._body(scope, receive))
        except review.Malformed as malformed:
            raise self._refused(Unanswerable(400, f"no AdmissionReview that can be answered: {malformed}")) from None
        except Unanswerable as error:
            raise self._refused(error) from None
        return await self._judged(asked)

    async def _judged(self, asked: review.Asked) -> bytes:
        try:
            verdict = await self.judge.judge(asked)
            answer = review.answer(asked.uid, verdict)
        except (StokerError, trio.TooSlowError) as error:
            why = str(error) or "the API server did not answer in time"
            reason = f"the GatewaySyncs of namespace {asked.namespace} cannot be read: {why}"
            self.record.failed(asked, reason)
        except Exception:  # noqa: BLE001 - the server would drop it in silence
            reason = "a fault of the webhook; its log says which"
            self.record.crashed(asked)
        else:
            if not asked.dry_run:
                self.metrics.reviewed(asked.namespace, verdict.result)
            self.record.judged(asked, verdict)
            return answer
        self.metrics.reviewed(asked.namespace, "error")
        raise Unanswerable(500, reason)

    async def _body(self, scope: dict[str, Any], receive: Any) -> bytearray:
        if scope["path"] != PATH:
            raise Unanswerable(404, f"no such page; post to {PATH}")
        if scope["method"] != "POST":
            raise Unanswerable(405, "only POST is served here")
        headers = {key.lower(): value.decode("latin-1") for key, value in scope["headers"]}
        kind = headers.get(b"content-type", "")
        if kind.partition(";")[0].strip().lower() != "application/json":
            raise Unanswerable(400, f"the content type is {kind[:80]!r} and must be application/json")
        try:
            return await self.intake.read(receive, headers.get(b"content-length", ""))
        except Refused as refused:
            status = refused.status if refused.status in {408, 503} else 400
            raise Unanswerable(status, refused.reason) from None

    def _refused(self, error: Unanswerable) -> Unanswerable:
        self.metrics.reviewed("", "error")
        self.record.refused(error.status, error.reason)
        return error
