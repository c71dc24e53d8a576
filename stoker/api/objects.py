"""The few fields of Kubernetes objects that Stoker reads; everything else is dropped while decoding.

All structs are frozen and lenient (unknown fields are ignored, missing ones have Kubernetes' defaults), so that neither a
newer API server nor a sparse manifest can make a list undecodable. The spec of a GatewaySync stays raw JSON here: one bad
resource must not hide the others from a list; ``spec.parse_spec`` judges it.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from stoker.api.status import Status
from stoker.errors import CredentialsInvalid


class Document(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Base of everything decoded from the object store."""


class OwnerReference(Document, frozen=True, kw_only=True):
    """Who owns an object; the collector deletes it when the owner is gone."""

    api_version: str = ""
    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool | None = None


class ObjectMeta(Document, frozen=True, kw_only=True):
    """Identity and bookkeeping of an object."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    finalizers: list[str] = []
    owner_references: list[OwnerReference] = []
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None


class Headed(Document, frozen=True, kw_only=True):
    """Any object, of which no more is wanted than its metadata."""

    metadata: ObjectMeta


class GatewaySync(Document, frozen=True, kw_only=True):
    """The user's resource, its spec as written."""

    metadata: ObjectMeta
    spec: Any = None
    status: Status = Status()


class Container(Document, frozen=True, kw_only=True):
    """A container, by name only."""

    name: str = ""


class HostPath(Document, frozen=True, kw_only=True):
    """A directory of the machine."""

    path: str = ""


class Volume(Document, frozen=True, kw_only=True):
    """A pod's volume; only host paths matter here (without a cluster they are the data directories)."""

    name: str = ""
    host_path: HostPath | None = None


class PodSpec(Document, frozen=True, kw_only=True):
    """What is asked of a pod."""

    service_account_name: str = ""
    containers: list[Container] = []
    init_containers: list[Container] = []
    volumes: list[Volume] = []


class PodStatus(Document, frozen=True, kw_only=True):
    """What is known of a pod."""

    phase: str = ""


class Pod(Document, frozen=True, kw_only=True):
    """A gateway's pod."""

    metadata: ObjectMeta
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()


class ConfigMap(Document, frozen=True, kw_only=True):
    """Text by key."""

    metadata: ObjectMeta
    data: dict[str, str] = {}


class Secret(Document, frozen=True, kw_only=True):
    """Secret bytes by key, base64 as in the API; never printed."""

    metadata: ObjectMeta
    data: dict[str, str] = {}

    def text(self, key: str) -> str:
        """The decoded, trimmed text of one key; CredentialsInvalid names Secret and key, never the content."""
        where = f"Secret {self.metadata.namespace}/{self.metadata.name}"
        if key not in self.data:
            raise CredentialsInvalid(f"{where} has no key {key!r}; add it or name the right key")
        try:
            return base64.b64decode(self.data[key], validate=True).decode("utf-8").strip()
        except (binascii.Error, UnicodeDecodeError):
            raise CredentialsInvalid(f"{where}, key {key!r}: not base64 of UTF-8 text; create it anew") from None

    def __repr__(self) -> str:
        """Names the Secret and nothing of its content."""
        return f"Secret({self.metadata.namespace}/{self.metadata.name})"


class MutatingWebhookConfiguration(Document, frozen=True, kw_only=True):
    """What an API server asks of webhooks; each as plain JSON, for whoever changes one part must give back the others."""

    metadata: ObjectMeta
    webhooks: list[dict[str, Any]] = []


class Subject(Document, frozen=True, kw_only=True):
    """Who a role is bound to."""

    kind: str = ""
    name: str = ""
    namespace: str = ""


class RoleRef(Document, frozen=True, kw_only=True):
    """The role that is bound."""

    api_group: str = ""
    kind: str = ""
    name: str = ""


class RoleBinding(Document, frozen=True, kw_only=True):
    """A role for the agents' service accounts."""

    metadata: ObjectMeta
    subjects: list[Subject] = []
    role_ref: RoleRef = RoleRef()


class Reference(Document, frozen=True, kw_only=True):
    """The object an event is about."""

    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""


class KubeEvent(Document, frozen=True, kw_only=True):
    """A core/v1 event."""

    metadata: ObjectMeta
    involved_object: Reference = Reference()
    type: str = ""
    reason: str = ""
    message: str = ""
    count: int = 1
    last_timestamp: str | None = None


class Namespace(Document, frozen=True, kw_only=True):
    """A namespace."""

    metadata: ObjectMeta


class Lease(Document, frozen=True, kw_only=True):
    """A coordination lease; its spec is read by who holds it."""

    metadata: ObjectMeta
    spec: dict[str, Any] = {}
