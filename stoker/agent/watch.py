"""What is wanted, as the metadata ConfigMap says: by watch within a moment, by a plain read as a fallback.

An order that was replaced once and is there again with a version of then is none: the API server's store was put back to a
backup, and the controller writes anew what it had found since. It is given a minute before a gateway goes back to those files.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

import trio

from stoker.agent.access import remedy
from stoker.api import names
from stoker.api.handoff import Metadata
from stoker.errors import Forbidden, HandoffInvalid, ObjectNotFound, StokerError
from stoker.kube.cluster import CONFIGMAPS
from stoker.kube.informer import Informer
from stoker.kube.versions import went_back
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.agent.setup import AgentSetup
    from stoker.agent.trigger import Trigger
    from stoker.api.objects import ConfigMap
    from stoker.kube.cluster import Cluster

REMEMBERED: Final = 100
PATIENCE: Final = 60.0
"""Seconds that the order of a store that was put back waits for a newer one: a new leader may have to be found first."""


class Wanted:
    """``metadata`` is the newest that could be read, or None; ``fault`` is why the newest could not."""

    def __init__(
        self,
        setup: AgentSetup,
        cluster: Cluster,
        trigger: Trigger,
        *,
        on_metadata: Callable[[Metadata], None] = lambda _: None,
        on_relisted: Callable[[], None] = lambda: None,
    ) -> None:
        """``on_metadata``: called with each that differs, before the trigger fires. ``on_relisted``: when the
        server was away, and everything was listed anew."""
        self.metadata: Metadata | None = None
        self.fault: HandoffInvalid | None = None
        self._setup = setup
        self._cluster = cluster
        self._trigger = trigger
        self._name = names.metadata_configmap(setup.cr_name)
        self._on_metadata = on_metadata
        self._on_relisted = on_relisted
        self._seen: ConfigMap | None = None
        self._read_last: ConfigMap | None = None
        self._undone: ConfigMap | None = None
        self._replaced: deque[int] = deque(maxlen=REMEMBERED)
        self._put_back = trio.Event()
        self._unreadable = ""
        self._log = get_logger("agent.metadata", gateway=setup.gateway_name, namespace=setup.namespace)

    async def run(self) -> None:
        """Watch until cancelled."""
        informer = Informer(
            self._cluster,
            CONFIGMAPS,
            self._setup.namespace,
            name=self._name,
            on_change=lambda _old, new: self._take(new),
            on_relisted=lambda *_: self._on_relisted(),
        )
        async with trio.open_nursery() as nursery:
            nursery.start_soon(informer.run)
            nursery.start_soon(self._see_to_what_was_undone)

    async def read(self) -> None:
        """One plain read; what fails leaves what is known."""
        try:
            found = await self._cluster.get(CONFIGMAPS, self._setup.namespace, self._name)
        except ObjectNotFound:
            self._take(None)
        except StokerError as error:
            if error.reason != self._unreadable:
                say = self._log.error if isinstance(error, Forbidden) else self._log.warning
                say("metadata_not_read", error=str(error), remedy=remedy(self._setup, error))
            self._unreadable = error.reason
        else:
            self._unreadable = ""
            before, self._read_last = self._read_last, found
            if before == found or not went_back(self._seen, found):  # else it was overtaken by the watch's news
                self._take(found)

    def missing(self) -> str:
        """What is not known yet of what is wanted, for people; empty when all is."""
        if self.metadata is None:
            return f"ConfigMap {self._name} with the commit to sync could not be read yet"
        if not self.metadata.commit and not self.metadata.paused:
            return f"the controller has not resolved {self.metadata.ref or 'the ref'} to a commit yet"
        return ""

    async def _see_to_what_was_undone(self) -> None:
        """An order of then that nobody replaced in time is in force."""
        while True:
            await self._put_back.wait()
            await trio.sleep(PATIENCE)
            self._put_back = trio.Event()
            undone, self._undone = self._undone, None
            if undone is not None:
                self._accept(undone)

    def _take(self, found: ConfigMap | None) -> None:
        if found is None:
            self.metadata, self.fault, self._seen, self._undone = None, None, None, None
        elif self._undone is not None and found.data == self._undone.data:
            pass  # still of then
        elif self._undone is None and went_back(self._seen, found) and _digest(found) in self._replaced:
            self._log.warning(
                "order_put_back",
                error="the metadata ConfigMap went back to an earlier state; the order of before is kept for a moment",
                seconds=PATIENCE,
            )
            self._undone = found
            self._put_back.set()
        elif found != self._seen:
            self._accept(found)

    def _accept(self, found: ConfigMap) -> None:
        if self._seen is not None and self._seen.data != found.data:
            self._replaced.append(_digest(self._seen))
        self._seen, self._undone = found, None
        try:
            self.metadata, self.fault = Metadata.from_data(found.data), None
        except HandoffInvalid as error:
            self.fault = error
        else:
            self._on_metadata(self.metadata)
        self._trigger.fire("metadata")


def _digest(order: ConfigMap) -> int:
    return hash(frozenset(order.data.items()))
