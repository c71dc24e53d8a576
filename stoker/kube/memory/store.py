"""What is stored, the one counter of versions, the window of past changes, and who owns whom. Nothing here waits.

A change is recorded, told to ``on_change``, and only then seen by watchers, so that what a watcher acts upon is on disk
already where a disk is kept.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final

from stoker.errors import ObjectNotFound, ObjectRejected, WatchExpired
from stoker.kube.cluster import KINDS
from stoker.kube.memory.rules import doomed
from stoker.kube.memory.stored import Change, stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from stoker.kube.cluster import Kind
    from stoker.kube.memory.stored import Json, Key, Selection, Stored

    OnChange = Callable[[Kind[Any], Json, bool], None]

WINDOW: Final = 1000
"""How many past changes a watch can resume from."""
_BY_NAME: Final = {(kind.api_version, kind.kind): kind for kind in KINDS}


class Store:
    """``on_change(kind, object, deleted)`` is called after every stored change, before any watcher can see it."""

    def __init__(self, announce: Callable[[Change], None], moment: Callable[[], str]) -> None:
        """``announce`` wakes the watchers whom a change concerns; ``moment`` is the wall clock as the API writes it."""
        self.on_change: OnChange | None = None
        self.version = 0
        self.writes = 0
        self._announce = announce
        self._moment = moment
        self._objects: dict[Key, Stored] = {}
        self._homes: dict[str, str] = {}  # uid -> namespace
        self._changes: deque[Change] = deque(maxlen=WINDOW)

    def find(self, kind: Kind[Any], namespace: str, name: str) -> Stored | None:
        """The object, or None."""
        return self._objects.get((kind.plural, namespace, name))

    def get(self, kind: Kind[Any], namespace: str, name: str) -> Stored:
        """The object; ObjectNotFound."""
        found = self.find(kind, namespace, name)
        if found is None:
            raise ObjectNotFound(f"{kind.plural} {namespace}/{name} not found")
        return found

    def select(self, selection: Selection) -> list[Stored]:
        """What is in the selection, by namespace and name."""
        return [item for _, item in sorted(self._objects.items()) if item in selection]

    def documents(self, kinds: Iterable[Kind[Any]]) -> list[Json]:
        """Everything of those kinds as plain JSON."""
        plurals = {kind.plural for kind in kinds}
        return [item.document() for key, item in sorted(self._objects.items()) if key[0] in plurals]

    def load(self, documents: Iterable[Json]) -> None:
        """Puts objects back as they were, versions included; nobody is told. ObjectRejected for an unknown kind."""
        for document in documents:
            kind = _BY_NAME.get((document["apiVersion"], document["kind"]))
            if kind is None:
                raise ObjectRejected(f"{document['apiVersion']} {document['kind']} is not kept in this store")
            version = int(document["metadata"].get("resourceVersion") or 0)
            item = stored(kind, {**document, "metadata": dict(document["metadata"])}, version)
            self._objects[item.key] = item
            self._homes[item.uid] = item.namespace
            self.version = max(self.version, version)

    def put_back(self, documents: Iterable[Json]) -> None:
        """As ``load``, and nothing else is or ever was: the versions of what is undone are given out again."""
        self._objects.clear()
        self._homes.clear()
        self._changes.clear()
        self.version = 0
        self.load(documents)

    def put(self, kind: Kind[Any], document: Json) -> Stored:
        """Stores the object's next version; one that only waited for its finalizers goes when the last of them goes."""
        meta = document["metadata"]
        before = self.find(kind, meta.get("namespace", ""), meta["name"])
        item = stored(kind, document, self.version + 1)
        if before is not None and meta.get("deletionTimestamp") and not meta.get("finalizers"):
            self._remove(before)
            return item
        self._objects[item.key] = item
        self._homes[item.uid] = item.namespace
        self._record(before, item)
        if before is None and item.owners and not self._is_owned(item):
            self.delete(item)  # the owner was gone before: a server's collector finds it within moments
        return item

    def delete(self, item: Stored) -> None:
        """Removes the object, or marks it while it has finalizers; then what it owned."""
        document = item.document()
        if not document["metadata"].get("finalizers"):
            self._remove(item)
        elif not document["metadata"].get("deletionTimestamp"):
            self.put(item.kind, doomed(document, self._moment()))

    def since(self, version: int) -> list[Change]:
        """Every change after ``version``, oldest first; WatchExpired when not all of them are remembered."""
        missed = self.version - version
        if missed <= 0:
            return []
        if missed > len(self._changes):
            raise WatchExpired(f"too old resource version: {version} ({self.version}); list again")
        found = []
        for change in reversed(self._changes):
            if change.version <= version:
                break
            found.append(change)
        return found[::-1]

    def _remove(self, item: Stored) -> None:
        """The object is gone; what nobody owns any more is deleted after it."""
        del self._objects[item.key]
        self._homes.pop(item.uid, None)
        self._record(item, None)
        for other in list(self._objects.values()):
            owned = any(uid == item.uid for _, _, uid in other.owners)
            if owned and self._objects.get(other.key) is other and not self._is_owned(other):
                self.delete(other)

    def _is_owned(self, item: Stored) -> bool:
        """Some owner is there, in the same namespace or above, or is of a kind that this store cannot know."""
        return any(
            (api_version, kind) not in _BY_NAME or self._homes.get(uid) in {item.namespace, ""}
            for api_version, kind, uid in item.owners
        )

    def _record(self, before: Stored | None, after: Stored | None) -> None:
        self.version += 1
        self.writes += 1
        change = Change(self.version, before, after)
        self._changes.append(change)
        subject = after or before
        if self.on_change is not None and subject is not None:
            self.on_change(subject.kind, subject.document(), after is None)
        self._announce(change)
