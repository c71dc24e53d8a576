"""One version of one object, and which objects a reader asked for.

Objects are kept as the JSON bytes that a server would send: a reader decodes them as the HTTP adapter will, nothing is
shared between readers and the store, and a past version costs no copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from stoker.kube.cluster import WatchEvent
from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stoker.kube.cluster import Kind

T = TypeVar("T")
Json = dict[str, Any]
Key = tuple[str, str, str]


class Stored(Value, frozen=True):
    """``owners``: (apiVersion, kind, uid) of each owner reference."""

    kind: Kind[Any]
    namespace: str
    name: str
    uid: str
    version: int
    labels: Mapping[str, str]
    owners: tuple[tuple[str, str, str], ...]
    body: bytes

    @property
    def key(self) -> Key:
        """Its place in the store."""
        return self.kind.plural, self.namespace, self.name

    def decode(self, kind: Kind[T]) -> T:
        """As the type of ``kind``, which may be a slimmer one than it was stored by."""
        return kind.trim(msgspec.json.decode(self.body, type=kind.type))

    def document(self) -> Json:
        """As plain JSON, the caller's own."""
        document: Json = msgspec.json.decode(self.body)
        return document


def stored(kind: Kind[Any], document: Json, version: int) -> Stored:
    """``document`` as version ``version``; it is changed to carry that version."""
    meta = document["metadata"]
    meta["resourceVersion"] = str(version)
    owners = meta.get("ownerReferences") or []
    return Stored(
        kind,
        meta.get("namespace", ""),
        meta["name"],
        meta.get("uid", ""),
        version,
        meta.get("labels") or {},
        tuple((owner.get("apiVersion", ""), owner.get("kind", ""), owner.get("uid", "")) for owner in owners),
        msgspec.json.encode(document),
    )


class Change(Value, frozen=True):
    """What one write did: no ``before`` for a new object, no ``after`` for one that is gone."""

    version: int
    before: Stored | None
    after: Stored | None


class Selection(Value, frozen=True):
    """What a reader asked for; namespace "" means all."""

    kind: Kind[Any]
    namespace: str
    labels: Mapping[str, str]
    name: str | None

    def __contains__(self, item: Stored | None) -> bool:
        return (
            item is not None
            and item.kind.plural == self.kind.plural
            and self.namespace in {"", item.namespace}
            and self.name in {None, item.name}
            and all(item.labels.get(key) == wanted for key, wanted in self.labels.items())
        )

    def event(self, change: Change) -> WatchEvent[Any] | None:
        """The change as this reader sees it: what comes into the selection is ADDED, what leaves it DELETED.

        A DELETED event carries the last state that was seen, with the version of the change, as a server's does.
        """
        before, after, version = change.before, change.after, str(change.version)
        if after is not None and after in self:
            return WatchEvent("MODIFIED" if before in self else "ADDED", after.decode(self.kind), version)
        if before is not None and before in self:
            last = stored(before.kind, before.document(), change.version)
            return WatchEvent("DELETED", last.decode(self.kind), version)
        return None
