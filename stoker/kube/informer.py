"""A local picture of one kind of object, kept true by list and watch.

Three loops, each with its own reason to begin again: the outermost lists anew (the first time, and after every failure), the
middle one watches again from the last version seen (the watch ended in good order), the innermost applies events.

A watch that broke is not resumed. Whoever was away may come back with a store that was put back to a backup: it takes a
version that it never had for one of its future, and says nothing until it has caught up with it, or for ever. Where the server
is another or was started anew, it knows no version of before, so that the list is due anyway. For the same reason a list is
compared by what objects are, and not by their versions alone: the numbers of what was undone are given out a second time.

Every failure pauses with backoff, and so does a watch that ends at once with nothing said; whatever arrives, and a watch
that lived a while, earns a fresh start. A version that is gone is news from a server that is back: its pauses are counted
apart, so that after an outage the list comes at once. The pauses stay short, because what changes once a server is back is
acted upon within five seconds; the log is told of a failure that goes on once a minute. Callbacks are plain functions that
must not block: they put keys into queues.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

import trio

from stoker.errors import ClusterError, StokerError, WatchExpired
from stoker.kube.versions import is_before, went_back
from stoker.nursery.backoff import Backoff
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stoker.kube.cluster import Cluster, Kind, WatchEvent

T = TypeVar("T")
PAUSES = Backoff((0.2, 0.5, 1.0, 2.0, 3.0))
LONGEST_PAUSE = 60.0
"""Seconds that a server's Retry-After is obeyed at most: a picture must not be blind for an hour."""
HEALTHY_SECONDS = 30.0
TOO_SHORT_SECONDS = 1.0
REMIND_SECONDS = 60.0
BUFFER = 100


class Informer(Generic[T]):
    """``on_change(old, new)``: None for old when the object is new, None for new when it is gone. ``on_relisted``: called after
    the changes that another list than the first has brought, with this informer and the Trio time at which the list was asked
    for: what was written before then, it shows.

    An object that was replaced by another of its name while nobody looked comes as one change; its ``uid`` differs.
    """

    def __init__(
        self,
        cluster: Cluster,
        kind: Kind[T],
        namespace: str = "",
        *,
        labels: Mapping[str, str] | None = None,
        name: str | None = None,
        on_change: Callable[[T | None, T | None], None],
        on_relisted: Callable[[Informer[T], float], None] = lambda *_: None,
    ) -> None:
        self._cluster = cluster
        self._kind = kind
        self._namespace = namespace
        self._labels = labels
        self._name = name
        self._on_change = on_change
        self._on_relisted = on_relisted
        self._objects: dict[tuple[str, str], T] = {}
        self._log = get_logger("kube.informer", kind=kind.kind, namespace=namespace)
        self.in_touch = False
        """The picture is as true as a watch makes it: it was listed, and nothing is known to have broken since."""
        self.relisting = False
        """What is told now comes from another list than the first."""
        self._reached = ""
        self._failures = 0
        self._expirations = 0
        self._told: tuple[str, float] = ("", 0.0)

    def get(self, namespace: str, name: str) -> T | None:
        """The object as last seen."""
        return self._objects.get((namespace, name))

    def covers(self, namespace: str) -> bool:
        """Whether objects of that namespace are looked at."""
        return self._namespace in ("", namespace)

    def items(self) -> tuple[T, ...]:
        """Everything as last seen."""
        return tuple(self._objects.values())

    @property
    def well(self) -> bool:
        """Whether nothing has failed since the last event, or for a while: then what is shown is a moment old at most."""
        return not self._failures and not self._expirations

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Runs until cancelled; started when the first list is in."""
        started = False
        while True:
            try:
                await self._list()
                if not started:
                    started = True
                    task_status.started()
                await self._follow()
            except StokerError as error:
                await self._pause(error)

    async def _list(self) -> None:
        asked_at, before = trio.current_time(), self._reached
        listing = await self._cluster.list(self._kind, self._namespace, labels=self._labels, name=self._name)
        self._reached = listing.resource_version
        fresh = {_key(item): item for item in listing.items}
        put_back = is_before(self._reached, before)
        self.relisting = bool(before)
        for key in [key for key in self._objects if key not in fresh]:
            self._on_change(self._objects.pop(key), None)
        for key, item in fresh.items():
            old = self._objects.get(key)
            if old != item:
                put_back = put_back or went_back(old, item)
                self._objects[key] = item
                self._on_change(old, item)
        self.in_touch = True
        if put_back:
            self._log.warning(
                "store_put_back",
                error="the API server's store went back to an earlier state; what is missing there is written anew",
                version=self._reached,
                before=before,
            )
        if self.relisting:
            self._on_relisted(self, asked_at)
        self.relisting = False

    async def _follow(self) -> None:
        """Watches, resuming what ended in good order; whatever is raised asks for a new list."""
        while True:
            began, before = trio.current_time(), self._reached
            failure = await self._watch_once()
            lived = trio.current_time() - began
            if lived > HEALTHY_SECONDS:
                self._failures = self._expirations = 0
            if failure is not None:
                raise failure
            if lived < TOO_SHORT_SECONDS and self._reached == before:
                await self._pause(ClusterError("the server ended a watch at once"))

    async def _watch_once(self) -> StokerError | None:
        """One watch from the version reached, which moves with what arrives; what ended it, None for good order."""
        send, receive = trio.open_memory_channel[Any](BUFFER)
        failure: StokerError | None = None

        async def feed() -> None:
            nonlocal failure
            async with send:
                try:
                    await self._cluster.watch(
                        self._kind,
                        self._namespace,
                        resource_version=self._reached,
                        into=send,
                        labels=self._labels,
                        name=self._name,
                    )
                except StokerError as error:
                    failure = error

        async with trio.open_nursery() as nursery:
            nursery.start_soon(feed)
            async with receive:
                async for event in receive:
                    self._reached = event.resource_version
                    self.in_touch = True
                    self._failures = self._expirations = 0
                    self._take(event)
        return failure

    def _take(self, event: WatchEvent[T]) -> None:
        if event.object is None:
            return
        key = _key(event.object)
        if event.type == "DELETED":
            old = self._objects.pop(key, None)
            if old is not None:
                self._on_change(old, None)
        else:
            self._apply(key, event.object)

    def _apply(self, key: tuple[str, str], item: T) -> None:
        old = self._objects.get(key)
        if old is not None and _version(old) == _version(item):
            return
        self._objects[key] = item
        self._on_change(old, item)

    async def _pause(self, error: StokerError) -> None:
        self.in_touch = False
        if isinstance(error, WatchExpired):
            self._expirations += 1
            self._failures = 0
        else:
            self._failures += 1
        delay = min(error.retry_after or PAUSES.delay(self._failures or self._expirations), LONGEST_PAUSE)
        self._tell(error, delay)
        await trio.sleep(delay)

    def _tell(self, error: StokerError, delay: float) -> None:
        """A line for the first failure, for one of another kind, and a reminder each minute."""
        now = trio.current_time()
        reason, at = self._told
        news = self._failures + self._expirations == 1 or error.reason != reason or now - at >= REMIND_SECONDS
        if news:
            self._told = error.reason, now
        level = (
            self._log.debug if not news else self._log.info if isinstance(error, WatchExpired) else self._log.warning
        )
        level("watch_interrupted", error=str(error), reason=error.reason, retry_in_s=round(delay, 2))


def _key(item: Any) -> tuple[str, str]:
    return item.metadata.namespace, item.metadata.name


def _version(item: Any) -> tuple[str, str]:
    return item.metadata.uid, item.metadata.resource_version
