"""The port's methods over the store: checkpoints, seeded faults, and who is told what."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import trio
import trio.lowlevel

from stoker.api.times import rfc3339, utcnow
from stoker.errors import AlreadyExists, ClusterUnreachable, Conflict, ObjectNotFound, ObjectRejected, WatchExpired
from stoker.kube.cluster import GATEWAYSYNCS, KINDS, LEASES, Kind, Listing, Subresource, WatchEvent
from stoker.kube.faults import Faults
from stoker.kube.memory import rules
from stoker.kube.memory.store import Store
from stoker.kube.memory.stored import Selection
from stoker.kube.memory.watches import Watches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from stoker.kube.memory.store import OnChange
    from stoker.kube.memory.stored import Json, Stored

T = TypeVar("T")
Objects = list[dict[str, Any]]


class MemoryCluster:
    """``on_change(kind, object, deleted)`` is called after every stored change, before any watcher can see it."""

    def __init__(
        self, *, now: Callable[[], datetime] = utcnow, faults: Faults | None = None, on_change: OnChange | None = None
    ) -> None:
        self._now = now
        self._faults = faults or Faults()
        self._watches = Watches()
        self._store = Store(self._watches.wake, self._moment)
        self._was_put_back = False
        self.on_change = on_change

    @property
    def on_change(self) -> OnChange | None:
        """Who is told of every change, in the writer's own call."""
        return self._store.on_change

    @on_change.setter
    def on_change(self, told: OnChange | None) -> None:
        self._store.on_change = told

    @property
    def writes(self) -> int:
        """How many changes were stored so far: what "nothing was written" is measured by."""
        return self._store.writes

    # --- reading -----------------------------------------------------------------------------------------------------

    async def get(self, kind: Kind[T], namespace: str, name: str) -> T:
        """One object; ObjectNotFound."""
        await self._enter("get")
        return self._store.get(kind, namespace, name).decode(kind)

    async def list(
        self, kind: Kind[T], namespace: str = "", *, labels: Mapping[str, str] | None = None, name: str | None = None
    ) -> Listing[T]:
        """A consistent list, by namespace and name."""
        await self._enter("list")
        found = self._store.select(Selection(kind, namespace, labels or {}, name))
        return Listing(tuple(item.decode(kind) for item in found), str(self._store.version))

    async def watch(
        self,
        kind: Kind[T],
        namespace: str = "",
        *,
        resource_version: str,
        into: trio.MemorySendChannel[WatchEvent[T]],
        labels: Mapping[str, str] | None = None,
        name: str | None = None,
    ) -> None:
        """Sends changes until cancelled or ended, and each minute a bookmark, however much other kinds change."""
        await self._enter("watch")
        reached = self._position(kind, resource_version)
        with suppress(trio.BrokenResourceError):  # nobody listens any more
            selection = Selection(kind, namespace, labels or {}, name)
            await self._watches.feed(into, self._store, selection, reached=reached, faults=self._faults)

    def end_watches(self) -> None:
        """Ends every watch in good order, as a server does after some minutes or when it is replaced."""
        self._watches.end()

    def break_watches(self) -> None:
        """Ends every watch in the middle, as a server that dies does."""
        self._watches.end(ClusterUnreachable("the connection broke"))

    def peek(self, kind: Kind[T], namespace: str, name: str) -> T | None:
        """One object without a checkpoint, None when absent."""
        found = self._store.find(kind, namespace, name)
        return None if found is None else found.decode(kind)

    def snapshot(self, *kinds: Kind[Any]) -> Objects:
        """Everything stored, or all of those kinds, as plain JSON."""
        return self._store.documents(kinds or KINDS)

    # --- writing -----------------------------------------------------------------------------------------------------

    async def create(self, kind: Kind[T], namespace: str, body: Mapping[str, Any]) -> T:
        """A new object; AlreadyExists, ObjectRejected, ObjectTooLarge."""
        await self._enter("create")
        value = rules.new(kind, namespace, body, self._moment())
        name = value["metadata"]["name"]
        if self._store.find(kind, namespace, name) is not None:
            raise AlreadyExists(f"{kind.plural} {namespace}/{name} already exists")
        item = self._store.put(kind, value)
        self._faults.after_write("create")
        return item.decode(kind)

    async def patch(
        self, kind: Kind[T], namespace: str, name: str, body: Mapping[str, Any], *, subresource: Subresource = ""
    ) -> T:
        """A JSON merge patch; ObjectNotFound, Conflict, ObjectRejected, ObjectTooLarge."""
        await self._enter("patch")
        item = self._store.get(kind, namespace, name)
        self._check_preconditions(item, body.get("metadata") or {}, subresource)
        before = item.document()
        after = rules.changed(kind, before, body, subresource)
        if after == before:
            return item.decode(kind)
        item = self._store.put(kind, after)
        self._faults.after_write("patch")
        return item.decode(kind)

    def _check_preconditions(self, item: Stored, meant: Mapping[str, Any], subresource: Subresource) -> None:
        where = f"{item.kind.plural} {item.namespace}/{item.name}"
        if subresource and not item.kind.has_status:
            raise ObjectNotFound(f"{where} has no status subresource")
        expected = meant.get("resourceVersion", str(item.version))
        if expected in {None, "", "0"} and item.kind.plural in {GATEWAYSYNCS.plural, LEASES.plural}:
            raise ObjectRejected(f"{where}: a patch cannot take its resourceVersion")
        if expected not in {None, "", "0", str(item.version)}:
            raise Conflict(f"{where} changed since version {expected}; read it again")
        # Of a status patch a server takes the status and nothing else, the uid included.
        if not subresource and meant.get("uid") not in {None, item.uid}:
            raise Conflict(f"{where} is another object of that name; read it again")

    async def delete(self, kind: Kind[T], namespace: str, name: str, *, uid: str | None = None) -> None:
        """Deletes; with finalizers only marks. ObjectNotFound, Conflict."""
        await self._enter("delete")
        item = self._store.get(kind, namespace, name)
        if uid is not None and item.uid != uid:
            raise Conflict(f"{kind.plural} {namespace}/{name} is another object of that name; read it again")
        self._store.delete(item)
        self._faults.after_write("delete")

    def load(self, objects: Iterable[Json]) -> None:
        """Puts stored objects back as they were (uids, versions and status included), as a restart does."""
        self._store.load(objects)

    def put_back(self, objects: Iterable[Json]) -> None:
        """The whole store is what ``snapshot`` told, as after the restore of an API server's backup: every watch breaks, and
        one that is resumed from a version that was undone is taken, and silent.
        """
        self._was_put_back = True
        self._store.put_back(objects)
        self.break_watches()

    # --- inside ------------------------------------------------------------------------------------------------------

    async def _enter(self, verb: str) -> None:
        await trio.lowlevel.checkpoint()
        await self._faults.before_call(verb)

    def _moment(self) -> str:
        return rfc3339(self._now())

    def _position(self, kind: Kind[Any], resource_version: str) -> int:
        if not (resource_version.isascii() and resource_version.isdigit()):
            raise ObjectRejected(
                f"a watch of {kind.plural} begins at the version of a list, not at {resource_version!r}"
            )
        if int(resource_version) > self._store.version and not self._was_put_back:
            raise WatchExpired(f"resource version {resource_version} is of another store; list {kind.plural} again")
        return int(resource_version)
