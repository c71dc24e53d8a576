"""A fleet on a real API server: namespaces, resources over http repositories, a pod each, and who counts what is written."""

from __future__ import annotations

import re
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from stoker.api import names
from tests.cluster.client import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tests.cluster.plane import Plane

RESOURCES: Final = f"/apis/{names.API_VERSION}/{names.PLURAL}"
OURS: Final = ("gatewaysyncs", "configmaps", "rolebindings", "secrets", "events", "pods")
CACHED: Final = "resourceVersion=0"
"""A list from the API server's own picture, which costs it little: it is the manager that is measured."""
HANDS: Final = 16
"""Requests at a time, of whoever applies."""


@dataclass(frozen=True)
class Population:
    """``number`` resources over ``spaces`` namespaces and ``urls`` repositories."""

    plane: Plane
    urls: Sequence[str]
    number: int
    spaces: int
    behind: list[tuple[str, str]] = field(default_factory=list)

    @property
    def places(self) -> list[tuple[str, str]]:
        """Namespace and name of each."""
        return [(f"fleet-{index % self.spaces}", f"plant-{index}") for index in range(self.number)]

    def prepare(self) -> None:
        """Namespaces and their API keys."""
        for namespace in sorted({namespace for namespace, _ in self.places}):
            self.plane.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
            account = {"apiVersion": "v1", "kind": "ServiceAccount"}
            self.plane.admin.apply(account | {"metadata": {"name": "default", "namespace": namespace}})
            secret = {"apiVersion": "v1", "kind": "Secret", "stringData": {"apiKey": "name:secret"}}
            self.plane.admin.apply(secret | {"metadata": {"name": "api-key", "namespace": namespace}})

    def pods(self) -> None:
        """One for each resource, running."""
        at_once(partial(self._pod, place) for place in self.places)

    def create(self) -> None:
        """All resources, as fast as the API server takes them."""
        at_once(partial(self._resource, index, place) for index, place in enumerate(self.places))

    def delete(self) -> None:
        """All of them, at once."""
        at_once(partial(self._delete, place) for place in self.places)

    def seen(self) -> list[dict[str, Any]]:
        """All resources."""
        found: list[dict[str, Any]] = self.plane.admin.get(f"{RESOURCES}?{CACHED}")["items"]
        return found

    def resolved(self) -> bool:
        """Every one is resolved, with its ConfigMaps. One that was not is asked for first, and all once it is: lists of hundreds
        again and again would be a good part of what is measured.
        """
        if self.behind and not self._is_resolved(self._one(self.behind[0])):
            return False
        seen = {(one["metadata"]["namespace"], one["metadata"]["name"]): one for one in self.seen()}
        self.behind[:] = [place for place in self.places if not self._is_resolved(seen.get(place))][-1:]
        if self.behind:
            return False
        ours = f"labelSelector={names.MANAGED_BY_LABEL}={names.MANAGED_BY}"
        maps = self.plane.admin.get(f"/api/v1/configmaps?{ours}&{CACHED}")
        return len(maps["items"]) == 3 * self.number

    def gone(self) -> bool:
        """None is left; asked for in the same way."""
        if self.behind and self._one(self.behind[0]) is not None:
            return False
        self.behind[:] = [(one["metadata"]["namespace"], one["metadata"]["name"]) for one in self.seen()][-1:]
        return not self.behind

    def _one(self, place: tuple[str, str]) -> dict[str, Any] | None:
        try:
            return self.plane.admin.get(_path(place))
        except RefusedError as refused:
            if refused.code == 404:
                return None
            raise

    @staticmethod
    def _is_resolved(found: dict[str, Any] | None) -> bool:
        return bool(found and found.get("status", {}).get("lastSyncCommit"))

    def _resource(self, index: int, place: tuple[str, str]) -> None:
        namespace, name = place
        mapping = {"source": "projects", "destination": "projects"}
        spec = {
            "git": {"repo": self.urls[index % len(self.urls)], "ref": "main"},
            "gateway": {"api": {"secretName": "api-key"}},
            "sync": {"profiles": {"default": {"mappings": [mapping]}}},
        }
        body = {"apiVersion": names.API_VERSION, "kind": names.KIND, "metadata": {"name": name}, "spec": spec}
        self.plane.admin.create(f"/apis/{names.API_VERSION}/namespaces/{namespace}/{names.PLURAL}", body)

    def _pod(self, place: tuple[str, str]) -> None:
        namespace, name = place
        image = {"image": "none", "imagePullPolicy": "IfNotPresent"}
        body = {
            "metadata": {"name": f"{name}-0", "annotations": {names.INJECT: "true", names.CR_NAME: name}},
            "spec": {
                "initContainers": [{"name": names.AGENT_CONTAINER, "restartPolicy": "Always", **image}],
                "containers": [{"name": "gateway", **image}],
            },
        }
        self.plane.admin.create(f"/api/v1/namespaces/{namespace}/pods", body)
        status = {"status": {"phase": "Running"}}
        self.plane.admin.patch(f"/api/v1/namespaces/{namespace}/pods/{name}-0/status", status)

    def _delete(self, place: tuple[str, str]) -> None:
        self.plane.admin.delete(_path(place))


def _path(place: tuple[str, str]) -> str:
    return f"/apis/{names.API_VERSION}/namespaces/{place[0]}/{names.PLURAL}/{place[1]}"


def at_once(work: Iterable[Callable[[], None]]) -> None:
    """All of it, by so many hands."""
    with ThreadPoolExecutor(HANDS) as hands:
        for done in [hands.submit(one) for one in work]:
            done.result()


def writes(plane: Plane) -> int:
    """How many write requests the API server has taken for the kinds that the manager writes, leases left out."""
    import ssl

    trust = ssl.create_default_context(cafile=str(plane.ca))
    trust.load_cert_chain(plane.certificate, plane.key)
    with urllib.request.urlopen(f"{plane.url}/metrics", context=trust, timeout=30) as answer:
        text = answer.read().decode()
    total = 0.0
    for labels, value in re.findall(r"^apiserver_request_total\{(.*)\} (\S+)$", text, re.MULTILINE):
        said = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        if said["verb"] in {"POST", "PATCH", "PUT", "DELETE", "APPLY"} and said["resource"] in OURS:
            total += float(value)
    return round(total)
