"""The port to an object store with the semantics of a Kubernetes API server.

Kinds are data: what an object decodes to is part of the kind, so an adapter needs no knowledge of any of them. Everything is
written with JSON merge patches (RFC 7386), for they need no read before and touch nothing that others own. Adapters:
``http`` (a real API server) and ``memory`` (one process, standalone and tests). The same contract tests run against each.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, Protocol, TypeVar

from stoker.api import names, objects, trim
from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import trio

T = TypeVar("T")
Subresource = Literal["", "status"]
EventType = Literal["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]
OBJECT_LIMIT: Final = 1024 * 1024
"""Bytes of all values of a ConfigMap or Secret that the API server takes."""


def _whole(item: T) -> T:
    return item


@dataclass(frozen=True)
class Kind(Generic[T]):
    """A kind of object: its place in the API and the type it decodes to.

    ``has_status``: status is a subresource of its own, and metadata.generation counts the changes of all else. ``trim``: takes
    from a decoded object what nobody needs to keep. A reader who needs less makes a slimmer kind of his own, which is equal to
    the whole one: what is done to an object by either is done to the same. ``metadata_only``: so slim that a server need not
    send the rest as the answer to a write, which of a map that hundreds share is most of what a write costs on the wire.
    """

    api_version: str
    kind: str
    plural: str
    type: type[T] = field(compare=False)
    has_status: bool = False
    namespaced: bool = True
    trim: Callable[[T], T] = field(default=_whole, compare=False)
    metadata_only: bool = field(default=False, compare=False)

    def __repr__(self) -> str:
        """The kind's name."""
        return self.kind


GATEWAYSYNCS: Final = Kind(
    names.API_VERSION, names.KIND, names.PLURAL, objects.GatewaySync, has_status=True, trim=trim.trimmed_resource
)
PODS: Final = Kind("v1", "Pod", "pods", objects.Pod, has_status=True, trim=trim.trimmed_pod)
CONFIGMAPS: Final = Kind("v1", "ConfigMap", "configmaps", objects.ConfigMap)
CONFIGMAP_HEADS: Final = Kind("v1", "ConfigMap", "configmaps", objects.Headed, metadata_only=True)
SECRETS: Final = Kind("v1", "Secret", "secrets", objects.Secret)
EVENTS: Final = Kind("v1", "Event", "events", objects.KubeEvent)
NAMESPACES: Final = Kind("v1", "Namespace", "namespaces", objects.Namespace, namespaced=False)
ROLEBINDINGS: Final = Kind("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings", objects.RoleBinding)
LEASES: Final = Kind("coordination.k8s.io/v1", "Lease", "leases", objects.Lease)
WEBHOOKS: Final = Kind(
    "admissionregistration.k8s.io/v1",
    "MutatingWebhookConfiguration",
    "mutatingwebhookconfigurations",
    objects.MutatingWebhookConfiguration,
    namespaced=False,
)
KINDS: Final[tuple[Kind[Any], ...]] = (
    GATEWAYSYNCS,
    PODS,
    CONFIGMAPS,
    SECRETS,
    EVENTS,
    NAMESPACES,
    ROLEBINDINGS,
    LEASES,
    WEBHOOKS,
)


class Listing(Value, Generic[T], frozen=True):
    """A consistent list and the version to watch from."""

    items: tuple[T, ...]
    resource_version: str


class WatchEvent(Value, Generic[T], frozen=True):
    """One change; a BOOKMARK carries only the version that has been reached."""

    type: EventType
    object: T | None
    resource_version: str


class Cluster(Protocol):
    """All methods raise leaves of ``errors``: ObjectNotFound, AlreadyExists, Conflict, ObjectRejected, ObjectTooLarge,
    Forbidden, Unauthorized, TooManyRequests, ClusterUnreachable, ClusterError. Namespace "" means all namespaces.
    """

    async def get(self, kind: Kind[T], namespace: str, name: str) -> T:
        """One object; ObjectNotFound."""
        ...

    async def list(
        self, kind: Kind[T], namespace: str = "", *, labels: Mapping[str, str] | None = None, name: str | None = None
    ) -> Listing[T]:
        """All objects that carry ``labels`` (equality) and, when given, have that name."""
        ...

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
        """Sends every change after ``resource_version``, which came with a list or an event, until cancelled.

        What comes to match ``labels`` is ADDED, what ceases to is DELETED, as if nothing else existed; DELETED carries the
        last state seen. Returns when the server ends the watch in good order (resume from the last version seen) or the
        channel's receiver is closed; raises WatchExpired when the version is too old (list again), or any of the class's errors.
        """
        ...

    async def create(self, kind: Kind[T], namespace: str, body: Mapping[str, Any]) -> T:
        """A new object from plain JSON; AlreadyExists. Of a kind with a status subresource the status is left out."""
        ...

    async def patch(
        self, kind: Kind[T], namespace: str, name: str, body: Mapping[str, Any], *, subresource: Subresource = ""
    ) -> T:
        """A JSON merge patch; ``metadata.resourceVersion`` and ``metadata.uid`` in it are preconditions (Conflict), but for a
        status the uid is not: a server takes of that patch the status and nothing else. A patch that changes nothing writes
        nothing. The main patch leaves status alone, that of ``status`` all else. Answers with the object as it is then.
        """
        ...

    async def delete(self, kind: Kind[T], namespace: str, name: str, *, uid: str | None = None) -> None:
        """Deletes, or marks for deletion when there are finalizers; ``uid`` is a precondition (Conflict)."""
        ...
