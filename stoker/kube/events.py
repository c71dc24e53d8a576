"""Events on resources: written once, counted when they repeat, never the reason why anything fails."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

from stoker.api.times import rfc3339, utcnow
from stoker.errors import AlreadyExists, ObjectNotFound, StokerError
from stoker.kube.cluster import EVENTS, Cluster
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from stoker.api.objects import KubeEvent, ObjectMeta

MESSAGE_LIMIT = 1000


class EventRecorder:
    """``component`` names who says it: stoker-controller, stoker-agent or stoker-receiver."""

    def __init__(self, cluster: Cluster, component: str, *, now: Callable[[], datetime] = utcnow) -> None:
        self._cluster = cluster
        self._component = component
        self._now = now
        self._log = get_logger("kube.events", component=component)

    async def record(
        self,
        regarding: ObjectMeta,
        *,
        type: Literal["Normal", "Warning"],  # noqa: A002 - the field's own name
        reason: str,
        message: str,
    ) -> None:
        """Writes the event, or counts it up when the same was said before. Any StokerError is logged and swallowed."""
        try:
            await self._record(regarding, type, reason, message[:MESSAGE_LIMIT])
        except StokerError as error:
            self._log.warning("event_not_recorded", name=regarding.name, event_reason=reason, error=str(error))

    async def _record(self, regarding: ObjectMeta, kind: str, reason: str, message: str) -> None:
        moment = rfc3339(self._now())
        digest = hashlib.sha256(f"{regarding.uid}\x00{self._component}\x00{reason}\x00{message}".encode()).hexdigest()[
            :16
        ]
        name = f"{regarding.name}.{digest}"
        try:
            before: KubeEvent = await self._cluster.get(EVENTS, regarding.namespace, name)
        except ObjectNotFound:
            try:
                await self._cluster.create(
                    EVENTS, regarding.namespace, self._body(regarding, name, kind, reason, message)
                )
            except AlreadyExists:
                self._log.debug("event_written_meanwhile", name=name)
            return
        patch = {"count": before.count + 1, "lastTimestamp": moment}
        await self._cluster.patch(EVENTS, regarding.namespace, name, patch)

    def _body(self, regarding: ObjectMeta, name: str, kind: str, reason: str, message: str) -> dict[str, object]:
        moment = rfc3339(self._now())
        return {
            "metadata": {"name": name, "namespace": regarding.namespace},
            "involvedObject": {
                "apiVersion": "stoker.io/v1alpha1",
                "kind": "GatewaySync",
                "namespace": regarding.namespace,
                "name": regarding.name,
                "uid": regarding.uid,
            },
            "type": kind,
            "reason": reason,
            "message": message,
            "count": 1,
            "source": {"component": self._component},
            "firstTimestamp": moment,
            "lastTimestamp": moment,
        }
