"""The objects that resources own, watched: ConfigMaps and RoleBindings of ours, by label, everywhere or in the named namespaces.

One watch for all namespaces and not one each: a hundred TLS connections would cost more memory than what comes through them.
Of the histories that agents keep only the keys are kept, so that a new entry is news to nobody here.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import trio

from stoker.api import names
from stoker.api.trim import trimmed_map
from stoker.kube.cluster import CONFIGMAPS, ROLEBINDINGS
from stoker.kube.informer import Informer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stoker.api.objects import ConfigMap, RoleBinding
    from stoker.controller.pictures import Picture
    from stoker.kube.cluster import Cluster, Kind

Key = tuple[str, str]
MAPS: Final = replace(CONFIGMAPS, trim=trimmed_map)


class Belongings:
    """``wake(key)`` is called for the resource whose object changed; ``bindings``: RoleBindings are kept, so watched too."""

    def __init__(
        self,
        cluster: Cluster,
        pictures: Mapping[str, Picture[Any]],
        wake: Callable[[Key], None],
        *,
        namespaces: tuple[str, ...] = (),
        bindings: bool = True,
    ) -> None:
        self._pictures = pictures
        self._wake = wake
        self.listed = trio.Event()
        kinds: list[tuple[Kind[Any], str, str, Callable[[Any, Any], None]]] = [
            (MAPS, names.MANAGED_BY, names.CR_NAME, self._map_changed)
        ]
        if bindings:
            kinds.append((ROLEBINDINGS, names.ROLEBINDING_MANAGED_BY, names.ROLEBINDING_LABEL, self._binding_changed))
        self._informers: list[tuple[Kind[Any], str, Informer[Any]]] = []
        for namespace in namespaces or ("",):
            for kind, manager, owner, on_change in kinds:
                owned: Informer[Any] = Informer(
                    cluster,
                    kind,
                    namespace,
                    labels={names.MANAGED_BY_LABEL: manager},
                    on_change=on_change,
                    on_relisted=partial(self._relisted, kind, owner),
                )
                self._informers.append((kind, namespace, owned))

    async def run(self) -> None:
        """Runs until cancelled; ``listed`` when all is known once. What cannot be listed is asked for one by one."""
        async with trio.open_nursery() as nursery:

            async def list_one(kind: Kind[Any], namespace: str, informer: Informer[Any]) -> None:
                await nursery.start(informer.run)
                self._pictures[kind.plural].complete.add(namespace)

            async with trio.open_nursery() as lists:
                for informer in self._informers:
                    lists.start_soon(list_one, *informer)
            self.listed.set()

    def _map_changed(self, old: ConfigMap | None, new: ConfigMap | None) -> None:
        news, before = self._pictures[MAPS.plural].told(old, new)
        if news and (before is None or new is None or (before.data, _frame(before)) != (new.data, _frame(new))):
            self._owner_of(old, new, names.CR_NAME)

    def _binding_changed(self, old: RoleBinding | None, new: RoleBinding | None) -> None:
        news, before = self._pictures[ROLEBINDINGS.plural].told(old, new)
        if news and (before is None or new is None or _terms(before) != _terms(new)):
            self._owner_of(old, new, names.ROLEBINDING_LABEL)

    def _relisted(self, kind: Kind[Any], label: str, informer: Informer[Any], asked_at: float) -> None:
        """What we wrote and no watch has shown may be undone."""
        for undone in self._pictures[kind.plural].relisted(informer, asked_at):
            self._owner_of(undone, None, label)

    def _owner_of(self, old: Any, new: Any, label: str) -> None:
        present = new or old
        name = present.metadata.labels.get(label) or (old or new).metadata.labels.get(label)
        if name:
            self._wake((present.metadata.namespace, name))


def _frame(item: ConfigMap | RoleBinding) -> Any:
    return item.metadata.labels, item.metadata.owner_references


def _terms(binding: RoleBinding) -> Any:
    return binding.subjects, binding.role_ref, _frame(binding)
