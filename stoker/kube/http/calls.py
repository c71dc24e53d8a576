"""A request as a value, built without I/O: what is sent, and how people and roles name it.

A patch is a JSON merge patch, but for one of nothing but entries of a ConfigMap: sent as a strategic merge patch it says the
same, for there are no lists in it, and a server need not turn all other entries into JSON and back. In a map of 300 keys
that halves what a write costs it, and how long others that write to the same map stand in its way.

Wire format: Kubernetes API Concepts, "API verbs", "Efficient detection of changes", "Retrieving large results sets in
chunks"; paths as in "API Overview".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import quote, urlencode

from stoker.kube.cluster import CONFIGMAPS
from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stoker.kube.cluster import Kind, Subresource

Verb = Literal["get", "list", "watch", "create", "patch", "delete"]
METHODS: Final[Mapping[Verb, str]] = {
    "get": "GET",
    "list": "GET",
    "watch": "GET",
    "create": "POST",
    "patch": "PATCH",
    "delete": "DELETE",
}
JSON: Final = "application/json"
METADATA: Final = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
MERGE_PATCH: Final = "application/merge-patch+json"
STRATEGIC_PATCH: Final = "application/strategic-merge-patch+json"


class Call(Value, frozen=True):
    """One request. ``verb`` is RBAC's; ``body`` is JSON; ``entries``: it is a patch of nothing but a ConfigMap's entries."""

    verb: Verb
    kind: Kind[Any]
    namespace: str
    name: str = ""
    subresource: Subresource = ""
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    entries: bool = False

    @property
    def method(self) -> str:
        """HTTP's."""
        return METHODS[self.verb]

    @property
    def target(self) -> str:
        """Path and query."""
        version = self.kind.api_version
        parts = ["apis" if "/" in version else "api", version]
        if self.namespace and self.kind.namespaced:
            parts += ["namespaces", quote(self.namespace, safe="")]
        parts.append(self.kind.plural)
        if self.name and self.verb in {"get", "patch", "delete"}:
            parts.append(quote(self.name, safe=""))
        if self.subresource:
            parts.append(self.subresource)
        path = "/" + "/".join(parts)
        return f"{path}?{urlencode(self.query)}" if self.query else path

    @property
    def names_something(self) -> bool:
        """Whether an object can be called so. Another's path would be that of something else: clients and servers take ``..``
        out of a path, and an object without a name is its collection.
        """
        place = (self.namespace, self.name) if self.kind.namespaced else (self.name,)
        return all(text not in {"", ".", ".."} and "/" not in text and "%" not in text for text in place)

    @property
    def content_type(self) -> str | None:
        """Of the body."""
        if self.body is None:
            return None
        if self.verb != "patch":
            return JSON
        return STRATEGIC_PATCH if self.entries else MERGE_PATCH

    @property
    def accepts(self) -> str:
        """What the answer may be; whole objects are taken from a server that does not know how to send parts."""
        return f"{METADATA}, {JSON}" if self.kind.metadata_only else JSON

    @property
    def group(self) -> str:
        """The API group, "" for core."""
        return self.kind.api_version.rpartition("/")[0]

    @property
    def repeatable(self) -> bool:
        """Sent twice it does no more than once: everything but a create and what has a precondition."""
        return self.verb != "create" and b'"resourceVersion"' not in (self.body or b"")

    def __str__(self) -> str:
        """The verb, the kind and the place, as people say it."""
        plural = f"{self.kind.plural}/{self.subresource}" if self.subresource else self.kind.plural
        if self.name:
            place = f" {self.namespace}/{self.name}" if self.namespace else f" {self.name}"
        elif self.kind.namespaced:
            place = f" in {self.namespace}" if self.namespace else " in all namespaces"
        else:
            place = ""
        return f"{self.verb} {plural}{place}"


def only_entries(kind: Kind[Any], body: Mapping[str, Any]) -> bool:
    """Whether a patch sets and removes entries of a ConfigMap and does nothing else."""
    data = body.get("data")
    if kind != CONFIGMAPS or body.keys() != {"data"} or not isinstance(data, dict):
        return False
    return all(value is None or isinstance(value, str) for value in data.values())


def selection(labels: Mapping[str, str] | None, name: str | None) -> tuple[tuple[str, str], ...]:
    """The query of a list or watch that takes only what carries ``labels`` and has that name."""
    query = []
    if labels:
        query.append(("labelSelector", ",".join(f"{key}={value}" for key, value in sorted(labels.items()))))
    if name is not None:
        query.append(("fieldSelector", f"metadata.name={name}"))
    return tuple(query)
