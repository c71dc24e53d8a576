"""Reports, history and events into the object store, as a task of its own: the sync loop never waits for it.

Merge patches of the gateway's own key, and nothing when nothing changed, each when its turn comes among all who share the
map. What could not be written is written later, in its newest form; a map that is not there is waited for and never created,
for the resource may be on its way out. A map that somebody emptied, or deleted so that the controller made it anew, is
noticed by a read every five minutes, and after the API server was away: a watch of it would bring every agent the reports of
all others.

A fleet waits for its reports; history and events are for people. They come after a rest that is a multiple of what the report
took: as quick as may be while the API server is at ease, and out of the way while a push reaches a whole fleet.
"""

from __future__ import annotations

import random
from collections import deque
from typing import TYPE_CHECKING, Any, Final, Literal

import trio

from stoker.agent.access import remedy
from stoker.agent.turns import Turns
from stoker.api import names
from stoker.api.handoff import report_limit, sharers
from stoker.api.objects import ConfigMap, ObjectMeta
from stoker.api.reports import HISTORY_LENGTH, HistoryEntry, Report, decode_history, decode_report, encode_history
from stoker.errors import Forbidden, ObjectNotFound, StokerError
from stoker.kube.cluster import CONFIGMAP_HEADS, CONFIGMAPS, GATEWAYSYNCS
from stoker.nursery.backoff import Backoff
from stoker.nursery.rest import Rest
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.agent.setup import AgentSetup
    from stoker.api.objects import Headed
    from stoker.kube.cluster import Cluster, Kind
    from stoker.kube.events import EventRecorder

PAUSES: Final = Backoff((1.0, 2.0, 5.0, 10.0, 30.0))
REST: Final = Rest(longest=2.0)
"""Between a report and what is less urgent."""
EVENTS_KEPT: Final = 20
LOOK_EVERY: Final = 300.0
"""Seconds, give or take a fifth, between two looks for what was written."""
LOOK_AGAIN: Final = 30.0
LOOK_SECONDS: Final = 0.1
"""For each who shares a map, where all look: ten looks a second at a map of a megabyte are no load."""
EventType = Literal["Normal", "Warning"]


class Publisher:
    """``report``, ``remember`` and ``event`` are plain calls; ``run`` writes what they left."""

    def __init__(self, setup: AgentSetup, cluster: Cluster, events: EventRecorder) -> None:
        self._setup = setup
        self._cluster = cluster
        self._recorder = events
        self._changed = trio.Event()
        self._look_at = 0.0
        self._loaded = False
        self._report: Report | None = None
        self._written: dict[str, str] = {}
        self._took = 0.0
        self._said: dict[str, str] = {}
        self._history: list[HistoryEntry] | None = None
        self._fresh: list[HistoryEntry] = []
        self._history_limit = 16 * 1024
        self._resource: ObjectMeta | None = None
        self._events: deque[tuple[EventType, str, str]] = deque(maxlen=EVENTS_KEPT)
        self._status_map = names.status_configmap(setup.cr_name)
        self._changes_map = names.changes_configmap(setup.cr_name)
        pod = setup.pod_name
        self._turns = {self._status_map: Turns(pod), self._changes_map: Turns(pod, second=True)}
        self._log = get_logger("agent.publish", gateway=setup.gateway_name, namespace=setup.namespace)

    async def load(self) -> None:
        """Take up the report that an earlier life of this very pod left, so that nothing is written twice.

        To be called until it could be read; later reports are then not overwritten.
        """
        if self._loaded:
            return
        try:
            text = await self._own_key(self._status_map)
        except StokerError as error:
            self._log.debug("report_not_read", error=str(error))
            return  # the first report will say what is wrong
        self._loaded = True
        found = decode_report(text)
        if self._report is None and found is not None and found.pod_uid == self._setup.pod_uid:
            self._report, self._written[self._status_map] = found, text

    @property
    def last(self) -> Report:
        """The newest report."""
        return self._report or Report()

    def report(self, report: Report, *, history: int | None = None) -> None:
        """``history``: bytes that this gateway's history may take, where it is known; reports follow it."""
        self._report = report
        if history is not None and history != self._history_limit:
            self._history_limit = history
            for turns in self._turns.values():
                turns.told = sharers(history)
        self._changed.set()

    def remember(self, entry: HistoryEntry) -> None:
        """One more sync in the history."""
        self._fresh = [*self._fresh, entry][-HISTORY_LENGTH:]
        self._changed.set()

    def event(self, kind: EventType, reason: str, message: str) -> None:
        """An event on the resource."""
        self._events.append((kind, reason, message))
        self._changed.set()

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Write until cancelled; started at once."""
        failures, self._look_at = 0, trio.current_time() + _until_look()
        task_status.started()
        while True:
            with trio.move_on_at(self._look_at):
                await self._changed.wait()
            self._changed = trio.Event()
            if trio.current_time() >= self._look_at:
                self._look_at = trio.current_time() + _until_look()
                await self._look()
            failures = 0 if await self.flush() else failures + 1
            if failures:
                with trio.move_on_after(PAUSES.delay(failures)):
                    await self._changed.wait()
                self._changed.set()

    def look_soon(self) -> None:
        """The server was away, and its store may have been put back: what was written may not be there any more. So it is for
        all who share the maps, and they do not look at once.
        """
        sharers = max(turns.sharers for turns in self._turns.values())
        self._look_at = trio.current_time() + random.uniform(0.0, sharers * LOOK_SECONDS)
        self._changed.set()

    async def flush(self, *, at_once: bool = False) -> bool:
        """Write what differs from what was written last; False when something could not be. ``at_once``: out of turn."""
        self._took = 0.0
        good = await self._put(self._status_map, self._status_text, at_once=at_once)
        if not at_once:
            with trio.move_on_after(REST.after(self._took)):
                await self._changed.wait()
        good = await self._put_history(at_once=at_once) and good
        return await self._record_events() and good

    def _status_text(self) -> str:
        return self._report.encode(min(self._history_limit, report_limit(1))) if self._report is not None else ""

    async def _put_history(self, *, at_once: bool) -> bool:
        if self._history is None:
            if not self._fresh:
                return True
            try:
                text = await self._own_key(self._changes_map)
            except StokerError as error:
                return self._not_written(self._changes_map, error)
            self._history, self._written[self._changes_map] = decode_history(text), text
        return await self._put(self._changes_map, self._history_text, at_once=at_once)

    def _history_text(self) -> str:
        self._history = [*(self._history or ()), *self._fresh][-HISTORY_LENGTH:]
        self._fresh = []
        return encode_history(self._history, self._history_limit) if self._history else ""

    async def _record_events(self) -> bool:
        while self._events:
            try:
                regarding = self._resource or await self._asked_for()
            except ObjectNotFound:
                self._events.clear()  # about a resource that is gone
                return True
            except StokerError as error:
                return self._not_written("events", error)
            kind, reason, message = self._events.popleft()
            await self._recorder.record(regarding, type=kind, reason=reason, message=message)
        return True

    async def _asked_for(self) -> ObjectMeta:
        return (await self._cluster.get(GATEWAYSYNCS, self._setup.namespace, self._setup.cr_name)).metadata

    async def _look(self) -> None:
        """What is not there any more as it was written counts as not written."""
        for name, text in list(self._written.items()):
            try:
                found = await self._own_key(name)
            except ObjectNotFound:
                found = ""
            except StokerError as error:
                self._log.debug("report_not_read", error=str(error))
                self._look_at = min(self._look_at, trio.current_time() + LOOK_AGAIN)
                continue
            if found != text:
                self._log.warning("report_lost", what=name, remedy="somebody changed it; it is written again")
                self._written[name] = found

    async def _own_key(self, map_name: str) -> str:
        found = await self._cluster.get(CONFIGMAPS, self._setup.namespace, map_name)
        self._resource = _owner(found.metadata, self._setup)
        self._turns[map_name].saw(found.data)
        return found.data.get(self._setup.pod_name, "")

    async def _put(self, map_name: str, newest: Callable[[], str], *, at_once: bool) -> bool:
        """Writes the own key unless it holds that already. It may have changed again when its turn comes."""
        written = self._written.get(map_name, "")
        if newest() == written:
            return True
        turns = self._turns[map_name]
        await trio.sleep(0 if at_once else turns.pause())
        text = newest()
        if text == written:
            return True
        body, began = {"data": {self._setup.pod_name: text}}, trio.current_time()
        found: ConfigMap | Headed | None = None
        kind: Kind[Any] = CONFIGMAPS if turns.curious else CONFIGMAP_HEADS
        try:
            with trio.move_on_after(turns.patience()):
                found = await self._cluster.patch(kind, self._setup.namespace, map_name, body)
        except StokerError as error:
            turns.failed()
            return self._not_written(map_name, error)
        if found is None:
            turns.failed()
            self._log.debug("report_overtaken", what=map_name, by=turns.sharers - 1)
            return False
        self._resource = _owner(found.metadata, self._setup)
        self._took = trio.current_time() - began
        turns.wrote(self._took, found.data if isinstance(found, ConfigMap) else None)
        self._written[map_name] = text
        self._said.pop(map_name, None)
        return True

    def _not_written(self, what: str, error: StokerError) -> bool:
        """Says so once for each new cause; every retry would fill the log while a resource is deleted."""
        if self._said.get(what) == error.reason:
            return False
        self._said[what] = error.reason
        if isinstance(error, ObjectNotFound):
            self._resource = None
            self._log.info("report_waits", what=what, remedy="the controller makes it, unless the resource is going")
        elif isinstance(error, Forbidden):
            self._log.error("report_forbidden", what=what, error=str(error), remedy=remedy(self._setup, error))
        else:
            self._log.warning("report_not_written", what=what, error=str(error))
        return False


def _owner(meta: ObjectMeta, setup: AgentSetup) -> ObjectMeta | None:
    """The resource as a map of its own names it, which saves asking for it; None: asked for."""
    for owner in meta.owner_references:
        if (owner.kind, owner.name) == (names.KIND, setup.cr_name):
            return ObjectMeta(name=owner.name, namespace=setup.namespace, uid=owner.uid)
    return None


def _until_look() -> float:
    """Chance keeps the agents of a fleet from asking all at once."""
    return LOOK_EVERY * random.uniform(0.8, 1.2)
