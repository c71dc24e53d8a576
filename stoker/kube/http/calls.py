"""A request as a value, built without I/O: what is sent, and how people and roles name it.

Wire format: Kubernetes API Concepts, "API verbs", "Efficient detection of changes", "Retrieving large results sets in
chunks"; paths as in "API Overview".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import quote, urlencode

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
MERGE_PATCH: Final = "application/merge-patch+json"


@dataclass(frozen=True)
class Call:
    """One request. ``verb`` is RBAC's; ``body`` is JSON."""

    verb: Verb
    kind: Kind[Any]
    namespace: str
    name: str = ""
    subresource: Subresource = ""
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None

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
        return MERGE_PATCH if self.verb == "patch" else JSON

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


def selection(labels: Mapping[str, str] | None, name: str | None) -> tuple[tuple[str, str], ...]:
    """The query of a list or watch that takes only what carries ``labels`` and has that name."""
    query = []
    if labels:
        query.append(("labelSelector", ",".join(f"{key}={value}" for key, value in sorted(labels.items()))))
    if name is not None:
        query.append(("fieldSelector", f"metadata.name={name}"))
    return tuple(query)
