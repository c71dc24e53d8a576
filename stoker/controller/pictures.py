"""What is known of resources and the objects they own: by watch, and by the answers to our own writes, the newer of the two.

A pass that asked the server for every object it may have to mend would cost six requests in which nothing changes. What the
watches know serves as well, but for a moment after each write of ours: so its answer is noted here, and the watch's news of
it is none. A version that is older than the known one is late and ignored, unless the watch itself went back: then the server's
store was put back to that state. Versions are compared as numbers, which they are on every API server; where they are not, what
comes last counts. A write whose news never come, because the watch broke and the object went before it was up again, is
believed for a minute, and then the server is asked. A list that was asked for after a write shows it, or it was undone: so
what no watch has shown by then is forgotten. Where a server refuses a write for the version that we name, it is asked, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import trio

from stoker.errors import AlreadyExists, Conflict, ObjectNotFound
from stoker.kube.versions import is_before, went_back

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stoker.kube.cluster import Cluster, Kind, Listing, Subresource, WatchEvent
    from stoker.kube.informer import Informer

T = TypeVar("T")
Key = tuple[str, str]
BELIEVED_SECONDS: Final = 60.0


def _whole(item: T) -> T:
    return item


class Picture(Generic[T]):
    """Of one kind. ``complete``: the namespaces of which everything is known that a watch can show, "" for all. ``trim``:
    leaves away what a watch of that kind leaves away too.
    """

    def __init__(self, trim: Callable[[T], T] = _whole) -> None:
        self.complete: set[str] = set()
        self._trim = trim
        self._known: dict[Key, T] = {}
        self._doubted: set[Key] = set()
        self._unseen: dict[Key, float] = {}

    def find(self, key: Key) -> T | None:
        """The object as known; ObjectNotFound when there is none for certain, None when only the server can tell."""
        found = self._known.get(key)
        if key in self._unseen and trio.current_time() - self._unseen[key] > BELIEVED_SECONDS:
            return None
        known = "" in self.complete or key[0] in self.complete
        if found is None and known and key not in self._doubted:
            raise ObjectNotFound(f"{key[0]}/{key[1]} not found")
        return found

    def told(self, old: T | None, new: T | None) -> tuple[bool, T | None]:
        """A watch's news: whether it is any, and what was known before."""
        key = _key(new if new is not None else old)
        before = self._known.get(key)
        if new is not None:
            taken = self._take(new, anyhow=went_back(old, new))
            if taken or before is None or _version(new) == _version(before):
                self._unseen.pop(key, None)
            return taken, before
        if before is None or _uid(before) != _uid(old):
            return False, before
        self._unseen.pop(key, None)
        del self._known[key]
        return True, before

    def relisted(self, informer: Informer[T], asked_at: float) -> list[T]:
        """The informer listed anew at that time, and told what it found: of what we wrote before, what turned out otherwise,
        as it was known until now.
        """
        undone = []
        for key, written_at in list(self._unseen.items()):
            if written_at >= asked_at or not informer.covers(key[0]):
                continue
            del self._unseen[key]
            before, present = self._known.get(key), informer.get(*key)
            if present is None:
                self._known.pop(key, None)
            else:
                self._take(present, anyhow=True)
            if before is not None and (present is None or _version(before) != _version(present)):
                undone.append(before)
        return undone

    def note(self, item: T) -> bool:
        """The server's answer to us; whether it is newer than what was known."""
        taken = self._take(item)
        if taken or _key(item) in self._unseen:
            self._unseen[_key(item)] = trio.current_time()
        return taken

    def answered(self, item: T, before: T | None) -> None:
        """The server was asked, because what was known ``before`` is not believed any more: its answer counts, whatever its
        version, unless there was news meanwhile.
        """
        if not self.note(item) and self._known.get(_key(item)) is before:
            self._take(item, anyhow=True)

    def _take(self, item: T, *, anyhow: bool = False) -> bool:
        key = _key(item)
        before = self._known.get(key)
        if before is not None and not anyhow and not _newer(item, before):
            return False
        self._known[key] = self._trim(item)
        self._doubted.discard(key)
        return True

    def present(self, key: Key) -> T | None:
        """As known, however long ago."""
        return self._known.get(key)

    def removed(self, key: Key, before: T | None) -> None:
        """We deleted it, or the server knows none; ``before`` is what was known when that was asked.

        What the watch has told since then is news of later: another object of that name, made while the answer was on
        its way. It must not be forgotten with the one that is gone, or nobody would ever look at it.
        """
        if self._known.get(key) is before:
            self._known.pop(key, None)
            self._unseen.pop(key, None)

    def doubt(self, key: Key) -> None:
        """It is there though no watch shows it, without its labels say, or it is another than we know: the server is asked."""
        self.removed(key, self.present(key))
        self._doubted.add(key)


class View:
    """The cluster as passes see it: what ``pictures`` (by plural) know is not asked for, what is written is noted in them."""

    def __init__(self, cluster: Cluster, pictures: Mapping[str, Picture[Any]]) -> None:
        self._cluster = cluster
        self._pictures = pictures

    async def get(self, kind: Kind[T], namespace: str, name: str) -> T:
        """From the picture, else from the server."""
        picture = self._pictures.get(kind.plural)
        known: T | None = picture.find((namespace, name)) if picture is not None else None
        if known is not None:
            return known
        before = picture.present((namespace, name)) if picture is not None else None
        try:
            found = await self._cluster.get(kind, namespace, name)
        except ObjectNotFound:
            if picture is not None:
                picture.removed((namespace, name), before)
            raise
        if picture is not None:
            picture.answered(found, before)
        return found

    async def list(
        self, kind: Kind[T], namespace: str = "", *, labels: Mapping[str, str] | None = None, name: str | None = None
    ) -> Listing[T]:
        """As the port says."""
        return await self._cluster.list(kind, namespace, labels=labels, name=name)

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
        """As the port says."""
        await self._cluster.watch(
            kind, namespace, resource_version=resource_version, into=into, labels=labels, name=name
        )

    async def create(self, kind: Kind[T], namespace: str, body: Mapping[str, Any]) -> T:
        """As the port says."""
        picture = self._pictures.get(kind.plural)
        try:
            made = await self._cluster.create(kind, namespace, body)
        except AlreadyExists:
            if picture is not None:
                picture.doubt((namespace, body["metadata"]["name"]))
            raise
        if picture is not None:
            picture.note(made)
        return made

    async def patch(
        self, kind: Kind[T], namespace: str, name: str, body: Mapping[str, Any], *, subresource: Subresource = ""
    ) -> T:
        """As the port says."""
        picture = self._pictures.get(kind.plural)
        before = picture.present((namespace, name)) if picture is not None else None
        try:
            made = await self._cluster.patch(kind, namespace, name, body, subresource=subresource)
        except ObjectNotFound:
            if picture is not None:
                picture.removed((namespace, name), before)
            raise
        except Conflict:
            if picture is not None and picture.present((namespace, name)) is before:
                picture.doubt((namespace, name))
            raise
        if picture is not None:
            picture.note(made)
        return made

    async def delete(self, kind: Kind[T], namespace: str, name: str, *, uid: str | None = None) -> None:
        """As the port says; what is known to be absent is not asked for."""
        picture = self._pictures.get(kind.plural)
        before = None
        if picture is not None:
            picture.find((namespace, name))
            before = picture.present((namespace, name))
        await self._cluster.delete(kind, namespace, name, uid=uid)
        if picture is not None:
            picture.removed((namespace, name), before)


def _key(item: Any) -> Key:
    return item.metadata.namespace, item.metadata.name


def _uid(item: Any) -> str:
    return str(item.metadata.uid)


def _version(item: Any) -> str:
    return str(item.metadata.resource_version)


def _newer(item: Any, known: Any) -> bool:
    late, early = _version(item), _version(known)
    return is_before(early, late) if late.isdecimal() and early.isdecimal() else late != early
