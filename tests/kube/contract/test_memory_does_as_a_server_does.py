"""The same random story told to memory and to a real server: each step ends alike, and both show the same afterwards.

What only a server knows is left out of the comparison: times, the values of uids and versions (whether they moved is
compared), and what a CRD's defaults add to a spec.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pytest

from stoker.errors import StokerError
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS, Cluster, Kind
from stoker.kube.config import find_access
from stoker.kube.http import HttpCluster
from stoker.kube.memory import MemoryCluster
from tests.api.samples import LEAST

if TYPE_CHECKING:
    from tests.cluster.plane import Plane

NAMES: Final = ("a", "b")
NOBODY: Final = "00000000-0000-0000-0000-000000000000"
Step = tuple[str, Kind[Any], str, dict[str, Any]]


def story(seed: int, length: int) -> list[Step]:
    """What is done: (verb, kind, name, how)."""
    chance = random.Random(seed)
    kinds = {"create": 3, "patch": 6, "status": 2, "delete": 3, "get": 1, "list": 1}
    steps = []
    for _ in range(length):
        verb = chance.choices(list(kinds), list(kinds.values()))[0]
        kind = chance.choice((CONFIGMAPS, GATEWAYSYNCS))
        how: dict[str, Any] = {"body": _body(kind, chance), "uid": chance.choice((None, None, "own", "other", NOBODY))}
        nonsense = how["body"].get("data") == {"k": 1}  # is told as such by one and as a conflict by the other
        how["version"] = None if nonsense else chance.choice((None, None, None, "own", "old", "0", ""))
        how["uid"] = None if nonsense else how["uid"]
        how["labels"] = chance.choice(({}, {"x": "1"}, {"x": "2"}))
        steps.append((verb, kind, chance.choice(NAMES), how))
    return steps


def _body(kind: Kind[Any], chance: random.Random) -> dict[str, Any]:
    meta: dict[str, Any] = {}
    for key in ("labels", "annotations"):
        if chance.random() < 0.4:
            meta[key] = chance.choice((None, {}, {"x": "1"}, {"x": "2", "y": None}, {"x": None}, {"bad key": "1"}))
    if chance.random() < 0.4:
        meta["finalizers"] = chance.choice((None, [], ["x.io/f"], ["x.io/f", "x.io/g"], ["bad"]))
    if chance.random() < 0.1:
        meta |= chance.choice(({"generation": 9}, {"deletionTimestamp": None}, {"creationTimestamp": None}))
    body: dict[str, Any] = {"metadata": meta}
    if kind is CONFIGMAPS and chance.random() < 0.7:
        body["data"] = chance.choice((None, {}, {"k": "1"}, {"k": "2", "l": "3"}, {"k": None}, {"k": 1}))
    if kind is GATEWAYSYNCS and chance.random() < 0.5:
        body["spec"] = {"git": {"ref": chance.choice(("main", "v1", "v2"))}}
    return body


@dataclass
class Told:
    """One store, and what it has shown of identities so far."""

    cluster: Cluster
    namespace: str
    seen: dict[str, Any] = field(default_factory=dict)
    uids: dict[str, int] = field(default_factory=dict)

    async def take(self, step: Step) -> Any:
        """How the step ended: the name of an error, or what was shown."""
        verb, kind, name, how = step
        last, before = self.seen.get(f"{kind}/{name}", (None, None))
        try:
            return await self._take(verb, kind, name, how, last, before)
        except StokerError as error:
            return type(error).__name__

    async def _take(self, verb: str, kind: Kind[Any], name: str, how: dict[str, Any], last: Any, before: Any) -> Any:
        uid = {"own": last and last.uid, "other": before and before.uid}.get(how["uid"], how["uid"])
        if verb == "list":
            listing = await self.cluster.list(kind, self.namespace, labels=how["labels"])
            return [self._shown(kind, item) for item in listing.items if item.metadata.name in NAMES]
        if verb == "delete":
            return await self.cluster.delete(kind, self.namespace, name, uid=uid)
        if verb == "get":
            return self._shown(kind, await self.cluster.get(kind, self.namespace, name))
        body = {**how["body"], "metadata": {**how["body"]["metadata"]}}
        if verb == "create":
            body["metadata"]["name"] = name
            made = await self.cluster.create(
                kind, self.namespace, body | ({"spec": LEAST} if kind is GATEWAYSYNCS else {})
            )
            return self._shown(kind, made)
        if uid is not None:
            body["metadata"]["uid"] = uid
        version = {"own": last and last.resource_version, "old": before and before.resource_version}
        if how["version"] is not None:
            body["metadata"]["resourceVersion"] = version.get(how["version"], how["version"])
        if verb == "status" and kind is GATEWAYSYNCS:
            body["status"] = {"profileCount": len(how["labels"]), "lastSyncRef": how["labels"].get("x")}
        after = await self.cluster.patch(
            kind, self.namespace, name, body, subresource="status" if verb == "status" else ""
        )
        return self._shown(kind, after)

    def _shown(self, kind: Kind[Any], item: Any) -> Any:
        meta, key = item.metadata, f"{kind}/{item.metadata.name}"
        last = self.seen.get(key, (None, None))[0]
        moved = last is None or last.resource_version != meta.resource_version
        if moved:
            self.seen[key] = (meta, last)
        shown = {
            "who": (meta.name, self.uids.setdefault(meta.uid, len(self.uids)), moved),
            "meta": (meta.generation, meta.labels, meta.annotations, meta.finalizers, bool(meta.deletion_timestamp)),
        }
        if kind is CONFIGMAPS:
            return {**shown, "data": item.data}
        return {**shown, "ref": item.spec["git"]["ref"], "status": item.status}


@pytest.mark.parametrize("seed", range(12))
async def test_a_random_story_ends_alike(collector: Plane, namespace: str, seed: int) -> None:
    access = await find_access({"KUBECONFIG": str(collector.kubeconfig)})
    async with HttpCluster(access) as server:
        both = Told(MemoryCluster(), "here"), Told(server, namespace)
        for number, step in enumerate(story(seed, 60)):
            in_memory, on_server = [await told.take(step) for told in both]
            assert in_memory == on_server, f"step {number}: {step}"
