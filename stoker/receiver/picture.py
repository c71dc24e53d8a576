"""Which ref every resource follows and of which repository, kept by a watch, so that a push need not ask the server.

It may be a moment old, so it is believed only where an error does no harm: that a push is news costs one look too many at
worst. That a push is none, that a resource is not there, and what an order is compared with is asked of the server. A fleet's
hook believes it altogether while the watch goes well: whoever changed a ref a moment ago is looked up afresh for that.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import msgspec
import trio

from stoker.api import names
from stoker.kube.cluster import GATEWAYSYNCS
from stoker.kube.informer import Informer
from stoker.kube.versions import is_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stoker.api.objects import GatewaySync
    from stoker.kube.cluster import Cluster

EVERYWHERE: Final = ("",)


def _slim(resource: GatewaySync) -> GatewaySync:
    """What a push is compared with, and who it is. A spec that is none is left as it is."""
    meta, spec = resource.metadata, resource.spec
    git = spec.get("git") if isinstance(spec, dict) else None
    if isinstance(git, dict):
        spec = {"git": {key: git[key] for key in ("repo", "ref") if key in git}}
    asked = meta.annotations.get(names.REQUESTED_REF)
    slim = type(meta)(
        name=meta.name,
        namespace=meta.namespace,
        uid=meta.uid,
        resource_version=meta.resource_version,
        annotations={} if asked is None else {names.REQUESTED_REF: asked},
    )
    return msgspec.structs.replace(resource, metadata=slim, spec=spec, status=type(resource.status)())


FOLLOWERS: Final = replace(GATEWAYSYNCS, trim=_slim)


class Picture:
    """Of the GatewaySyncs of ``namespaces``, or of all (none named). Before ``run`` and between watches it knows nothing."""

    def __init__(self, cluster: Cluster, namespaces: Sequence[str] = ()) -> None:
        self._cluster = cluster
        self._informers = {
            namespace: Informer(cluster, FOLLOWERS, namespace, on_change=self._changed, on_relisted=self._relisted)
            for namespace in namespaces or EVERYWHERE
        }
        self._listed: set[str] = set()
        self._ordered: dict[tuple[str, str], tuple[str, float]] = {}

    async def run(self) -> None:
        """Keeps it true until cancelled."""
        async with trio.open_nursery() as nursery:
            for namespace in self._informers:
                nursery.start_soon(self._keep, namespace)

    async def _keep(self, namespace: str) -> None:
        async with trio.open_nursery() as nursery:
            await nursery.start(self._informers[namespace].run)
            self._listed.add(namespace)

    def covers(self, namespace: str) -> bool:
        """Whether resources of that namespace are ours; those of others are nobody's business here."""
        return self._watching(namespace) is not None

    def get(self, namespace: str, name: str) -> GatewaySync | None:
        """The resource as last seen; None when only the server can tell."""
        informer = self._watching(namespace)
        if informer is None or (namespace, name) in self._ordered:
            return None
        return informer.get(namespace, name)

    async def everyone(self, namespace: str) -> list[GatewaySync]:
        """All resources of a namespace, or of all that are watched (""): as seen, or as the server says. The store's errors."""
        found: list[GatewaySync] = []
        for place in self._places(namespace):
            informer = self._watching(place)
            if informer is not None and self._current(place, informer):
                found += [one for one in informer.items() if namespace in ("", one.metadata.namespace)]
            else:
                found += (await self._cluster.list(FOLLOWERS, place)).items
        return found

    def ordered(self, resource: GatewaySync) -> None:
        """This is what we wrote: the resource is not known until the watch has come as far, if it has not already."""
        key, version = _key(resource), resource.metadata.resource_version
        informer = self._watching(key[0])
        seen = informer.get(*key) if informer is not None else None
        if seen is not None and is_before(seen.metadata.resource_version, version):
            self._ordered[key] = version, trio.current_time()

    def _watching(self, namespace: str) -> Informer[GatewaySync] | None:
        return self._informers.get(namespace) or self._informers.get("")

    def _places(self, namespace: str) -> list[str]:
        """Where to look; nowhere for a namespace that is not watched."""
        if not namespace:
            return list(self._informers)
        return [namespace] if namespace in self._informers or "" in self._informers else []

    def _current(self, place: str, informer: Informer[GatewaySync]) -> bool:
        listed = place in self._listed or "" in self._listed
        return listed and informer.well and not self._ordered

    def _changed(self, old: GatewaySync | None, new: GatewaySync | None) -> None:
        seen = new or old
        if seen is None:
            return
        version, _ = self._ordered.get(_key(seen), ("", 0.0))
        if new is None or not is_before(new.metadata.resource_version, version):
            self._ordered.pop(_key(seen), None)

    def _relisted(self, informer: Informer[GatewaySync], asked_at: float) -> None:
        """What was written before that shows now, or it was undone: then the server's store was put back to a backup."""
        for key, (_, written_at) in list(self._ordered.items()):
            if informer.covers(key[0]) and written_at < asked_at:
                del self._ordered[key]


def _key(resource: GatewaySync) -> tuple[str, str]:
    return resource.metadata.namespace, resource.metadata.name
