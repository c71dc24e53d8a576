"""Events on resources: written once, counted when they repeat, rationed, never the reason why anything fails or waits long.

An agent may create and patch events, and nothing else: so none is ever read. An event's name is a digest of what it says. What
this process said before it counts by heart, in one patch; anything else it creates, in one request, for most of what is said
names a commit and is new; and where it was there after all (an earlier life said it, or a replica), its count comes with the
answer of the patch that moves its time. Of two replicas that say the same again and again each counts its own, as client-go's do.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final, Literal

import trio

from stoker.api import names
from stoker.api.bounds import cut_text
from stoker.api.times import rfc3339, utcnow
from stoker.errors import AlreadyExists, ObjectNotFound, StokerError
from stoker.kube.cluster import EVENTS, Cluster
from stoker.kube.ration import Ration
from stoker.observe.logs import get_logger
from stoker.observe.redact import redact

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from stoker.api.objects import ObjectMeta

MESSAGE_LIMIT: Final = 1000
"""Bytes; a server takes 1 KiB."""
BOUND: Final = 10.0
"""Seconds that whoever has something to say waits for it at most."""
BY_HEART: Final = 500
"""Events whose count is remembered; the one that was said longest ago is forgotten first."""


class EventRecorder:
    """``component`` names who says it: stoker-controller, stoker-agent or stoker-receiver."""

    def __init__(self, cluster: Cluster, component: str, *, now: Callable[[], datetime] = utcnow) -> None:
        self._cluster = cluster
        self._component = component
        self._now = now
        self._ration = Ration()
        self._counts: dict[str, int] = {}
        self._log = get_logger("kube.events", component=component)

    async def record(
        self,
        regarding: ObjectMeta,
        *,
        type: Literal["Normal", "Warning"],  # noqa: A002 - the field's own name
        reason: str,
        message: str,
        times: int = 1,
    ) -> None:
        """Writes the event, or counts it up when the same was said before. What fails is logged and swallowed.

        ``times``: how often it happened since it was last recorded.
        """
        said = cut_text(redact(message), MESSAGE_LIMIT)
        failure = "too many events of this resource; said in the log alone"
        if self._ration.take(regarding.uid):
            failure = f"not written within {BOUND:g} s"
            with trio.move_on_after(BOUND):
                try:
                    await self._record(regarding, type, reason, said, times)
                    return
                except StokerError as error:
                    failure = str(error)
        self._log.warning(
            "event_not_recorded",
            namespace=regarding.namespace,
            name=regarding.name,
            event_reason=reason,
            event_message=said,
            error=failure,
        )

    async def _record(self, regarding: ObjectMeta, kind: str, reason: str, message: str, times: int) -> None:
        said = f"{regarding.uid}\x00{self._component}\x00{kind}\x00{reason}\x00{message}"
        name = f"{regarding.name}.{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:16]}"
        known = self._counts.pop(name, 0)
        if known and await self._counted(regarding.namespace, name, known + times):
            return
        try:
            body = self._body(regarding, name, kind, reason, message) | {"count": times}
            await self._cluster.create(EVENTS, regarding.namespace, body)
        except AlreadyExists:
            event = await self._cluster.patch(EVENTS, regarding.namespace, name, self._moment())
            await self._counted(regarding.namespace, name, event.count + times)
        else:
            self._remember(name, times)

    async def _counted(self, namespace: str, name: str, count: int) -> bool:
        """Whether the event was there to be counted."""
        try:
            await self._cluster.patch(EVENTS, namespace, name, {"count": count, **self._moment()})
        except ObjectNotFound:
            return False
        self._remember(name, count)
        return True

    def _remember(self, name: str, count: int) -> None:
        self._counts[name] = count
        if len(self._counts) > BY_HEART:
            del self._counts[next(iter(self._counts))]

    def _moment(self) -> dict[str, str]:
        return {"lastTimestamp": rfc3339(self._now())}

    def _body(self, regarding: ObjectMeta, name: str, kind: str, reason: str, message: str) -> dict[str, Any]:
        moment = rfc3339(self._now())
        return {
            "metadata": {"name": name, "namespace": regarding.namespace},
            "involvedObject": {
                "apiVersion": names.API_VERSION,
                "kind": names.KIND,
                "namespace": regarding.namespace,
                "name": regarding.name,
                "uid": regarding.uid,
            },
            "type": kind,
            "reason": reason,
            "message": message,
            "source": {"component": self._component},
            "reportingComponent": self._component,
            "firstTimestamp": moment,
            "lastTimestamp": moment,
        }
