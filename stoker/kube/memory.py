"""The object store in memory: an adapter of the port with the semantics that a real API server shows.

It has resource versions from one counter, generations that move with the spec, merge patches, the status subresource,
finalizers, collection by ownerReference, watches with bookmarks and a bounded window (older: WatchExpired), the object
limit, and seeded faults. Standalone mode keeps its state by ``on_change``; what is stored, how objects read, and who
watches are in here, because none of them makes sense without the others' counter.
"""

from __future__ import annotations

import copy
import uuid
from collections import deque
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import trio
import trio.lowlevel

from stoker.api.times import rfc3339, utcnow
from stoker.errors import AlreadyExists, Conflict, ObjectNotFound, ObjectRejected, ObjectTooLarge, WatchExpired
from stoker.kube.cluster import KINDS, OBJECT_LIMIT, Kind, Listing, Subresource, WatchEvent
from stoker.kube.faults import Faults
from stoker.kube.merge_patch import merge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    Json = dict[str, Any]
    OnChange = Callable[[Kind[Any], Json, bool], None]

T = TypeVar("T")
Objects = list[dict[str, Any]]
Key = tuple[str, str, str]
WINDOW = 1000
"""How many past changes a watch can resume from."""
BOOKMARK_EVERY = 60.0


class MemoryCluster:
    """``on_change(kind, object, deleted)`` is called after every stored change, before any watcher can see it."""

    def __init__(
        self, *, now: Callable[[], datetime] = utcnow, faults: Faults | None = None, on_change: OnChange | None = None
    ) -> None:
        self.on_change = on_change
        self.writes = 0
        self._now = now
        self._faults = faults or Faults()
        self._objects: dict[Key, Json] = {}
        self._version = 0
        self._log: deque[tuple[int, str, Kind[Any], Json]] = deque(maxlen=WINDOW)
        self._changed = trio.lowlevel.ParkingLot()

    # --- reading -------------------------------------------------------------------------------------------------

    async def get(self, kind: Kind[T], namespace: str, name: str) -> T:
        """One object; ObjectNotFound."""
        await self._enter("get")
        return _decode(kind, self._stored(kind, namespace, name))

    async def list(
        self, kind: Kind[T], namespace: str = "", *, labels: Mapping[str, str] | None = None, name: str | None = None
    ) -> Listing[T]:
        """A consistent list."""
        await self._enter("list")
        found = [
            value
            for (plural, space, _), value in sorted(self._objects.items())
            if plural == kind.plural and namespace in {"", space} and _selected(value, labels, name)
        ]
        return Listing(tuple(_decode(kind, value) for value in found), str(self._version))

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
        """Sends changes until cancelled; a bookmark each minute of silence."""
        await self._enter("watch")
        seen = int(resource_version or 0)
        if seen > self._version:
            raise WatchExpired(f"resource version {seen} is of another store; list {kind.plural} again")
        while True:
            oldest = self._log[0][0] if self._log else self._version + 1
            if seen < oldest - 1 and seen < self._version:
                raise WatchExpired(f"too old resource version {seen} for {kind.plural}; list again")
            for version, change, changed_kind, value in [entry for entry in self._log if entry[0] > seen]:
                seen = version
                space = value["metadata"].get("namespace", "")
                if changed_kind is kind and namespace in {"", space} and _selected(value, labels, name):
                    self._faults.on_watch_event()
                    await into.send(WatchEvent(change, _decode(kind, value), str(version)))  # type: ignore[arg-type]
            if seen >= self._version:
                with trio.move_on_after(BOOKMARK_EVERY) as scope:
                    await self._changed.park()
                if scope.cancelled_caught:
                    await into.send(WatchEvent("BOOKMARK", None, str(seen)))

    def peek(self, kind: Kind[T], namespace: str, name: str) -> T | None:
        """One object without a checkpoint, None when absent."""
        value = self._objects.get((kind.plural, namespace, name))
        return None if value is None else _decode(kind, value)

    def snapshot(self, *kinds: Kind[Any]) -> Objects:
        """Copies of everything stored, or of those kinds."""
        plurals = {kind.plural for kind in kinds or KINDS}
        return [copy.deepcopy(value) for key, value in sorted(self._objects.items()) if key[0] in plurals]

    # --- writing -------------------------------------------------------------------------------------------------

    async def create(self, kind: Kind[T], namespace: str, body: Mapping[str, Any]) -> T:
        """A new object; AlreadyExists."""
        await self._enter("create")
        value: Json = copy.deepcopy(dict(body))
        meta = value["metadata"] = dict(value.get("metadata") or {})
        if not meta.get("name") and meta.get("generateName"):
            meta["name"] = f"{meta['generateName']}{uuid.uuid4().hex[:8]}"
        if not meta.get("name"):
            raise ObjectRejected(f"a {kind.kind} without metadata.name cannot be created; give it a name")
        if (kind.plural, namespace, meta["name"]) in self._objects:
            raise AlreadyExists(f"{kind.plural} {namespace}/{meta['name']} already exists")
        if kind.has_status and kind.plural != "pods":
            value.pop("status", None)
        meta |= {"namespace": namespace, "uid": str(uuid.uuid4()), "creationTimestamp": rfc3339(self._now())}
        meta["generation"] = 1
        meta.pop("deletionTimestamp", None)
        value |= {"apiVersion": kind.api_version, "kind": kind.kind}
        self._store(kind, value, "ADDED")
        self._faults.after_write("create")
        return _decode(kind, value)

    async def patch(
        self, kind: Kind[T], namespace: str, name: str, body: Mapping[str, Any], *, subresource: Subresource = ""
    ) -> T:
        """A JSON merge patch."""
        await self._enter("patch")
        before = self._stored(kind, namespace, name)
        expected = (body.get("metadata") or {}).get("resourceVersion")
        if expected is not None and expected != before["metadata"]["resourceVersion"]:
            raise Conflict(f"{kind.plural} {namespace}/{name} changed since version {expected}; read it again")
        value = self._patched(kind, before, body, subresource)
        if value == before:
            return _decode(kind, before)
        if value["metadata"].get("deletionTimestamp") and not value["metadata"].get("finalizers"):
            self._remove(kind, value)
        else:
            self._store(kind, value, "MODIFIED")
        self._faults.after_write("patch")
        return _decode(kind, value)

    async def delete(self, kind: Kind[T], namespace: str, name: str, *, uid: str | None = None) -> None:
        """Deletes; with finalizers only marks."""
        await self._enter("delete")
        value = copy.deepcopy(self._stored(kind, namespace, name))
        if uid is not None and value["metadata"]["uid"] != uid:
            raise Conflict(f"{kind.plural} {namespace}/{name} is another object of that name; read it again")
        if value["metadata"].get("finalizers"):
            if not value["metadata"].get("deletionTimestamp"):
                value["metadata"]["deletionTimestamp"] = rfc3339(self._now())
                self._store(kind, value, "MODIFIED")
        else:
            self._remove(kind, value)
        self._faults.after_write("delete")

    def load(self, objects: Iterable[Json]) -> None:
        """Puts stored objects back as they were (uids, versions and status included), as a restart does."""
        by_name = {(kind.api_version, kind.kind): kind for kind in KINDS}
        for value in objects:
            kind = by_name[value["apiVersion"], value["kind"]]
            meta = value["metadata"]
            self._objects[kind.plural, meta.get("namespace", ""), meta["name"]] = copy.deepcopy(value)
            self._version = max(self._version, int(meta.get("resourceVersion") or 0))

    # --- inside --------------------------------------------------------------------------------------------------

    async def _enter(self, verb: str) -> None:
        await trio.lowlevel.checkpoint()
        await self._faults.before_call(verb)

    def _stored(self, kind: Kind[Any], namespace: str, name: str) -> Json:
        try:
            return self._objects[kind.plural, namespace, name]
        except KeyError:
            raise ObjectNotFound(f"{kind.plural} {namespace}/{name} not found") from None

    def _patched(self, kind: Kind[Any], before: Json, body: Mapping[str, Any], subresource: Subresource) -> Json:
        patch = dict(body)
        if subresource == "status":
            patch = {"status": body.get("status")} if "status" in body else {}
        elif kind.has_status:
            patch.pop("status", None)
        value: Json = merge(before, patch)
        meta = value["metadata"] = dict(value["metadata"])
        for field in (
            "name",
            "namespace",
            "uid",
            "creationTimestamp",
            "resourceVersion",
            "deletionTimestamp",
            "generation",
        ):
            if field in before["metadata"]:
                meta[field] = before["metadata"][field]
            else:
                meta.pop(field, None)
        if value.get("spec") != before.get("spec"):
            meta["generation"] = int(meta.get("generation", 1)) + 1
        return value

    def _store(self, kind: Kind[Any], value: Json, change: str) -> None:
        meta = value["metadata"]
        size = len(msgspec.json.encode(value))
        if size > OBJECT_LIMIT:
            raise ObjectTooLarge(
                f"{kind.plural} {meta.get('namespace')}/{meta['name']}: {size} bytes pass the limit of 1 MiB"
            )
        self._version += 1
        meta["resourceVersion"] = str(self._version)
        self._objects[kind.plural, meta.get("namespace", ""), meta["name"]] = value
        self._announce(kind, value, change)

    def _remove(self, kind: Kind[Any], value: Json) -> None:
        meta = value["metadata"]
        del self._objects[kind.plural, meta.get("namespace", ""), meta["name"]]
        self._version += 1
        meta["resourceVersion"] = str(self._version)
        self._announce(kind, value, "DELETED")
        self._collect(meta["uid"])

    def _announce(self, kind: Kind[Any], value: Json, change: str) -> None:
        self.writes += 1
        self._log.append((self._version, change, kind, copy.deepcopy(value)))
        if self.on_change is not None:
            self.on_change(kind, value, change == "DELETED")
        self._changed.unpark_all()

    def _collect(self, owner: str) -> None:
        """Deletes what only the removed object owned."""
        kinds = {kind.plural: kind for kind in KINDS}
        for key, value in list(self._objects.items()):
            owners = value["metadata"].get("ownerReferences") or []
            if key in self._objects and owners and all(reference.get("uid") == owner for reference in owners):
                self._remove(kinds[key[0]], copy.deepcopy(value))


def _decode(kind: Kind[T], value: Json) -> T:
    return msgspec.convert(value, kind.type)


def _selected(value: Json, labels: Mapping[str, str] | None, name: str | None) -> bool:
    meta = value["metadata"]
    present = meta.get("labels") or {}
    return (name is None or meta["name"] == name) and all(
        present.get(key) == wanted for key, wanted in (labels or {}).items()
    )
