"""What of a pod admission reads, as the API server sends it; everything else passes through untouched because nobody reads it.

More than ``api.objects.Pod`` knows, which is of pods that are watched by the thousand; this one lives for one request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from stoker.api import names
from stoker.api.objects import Document, ObjectMeta, Pod

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")
MIRROR = "kubernetes.io/config.mirror"
"""On what a kubelet shows of a pod that it was given by a file: nothing that is changed here reaches its containers."""


class Meta(Document, frozen=True, kw_only=True):
    """``name`` is empty where the API server makes one of ``generate_name`` later."""

    name: str = ""
    generate_name: str = ""
    annotations: dict[str, str] | None = None
    labels: dict[str, str] | None = None


class EnvVar(Document, frozen=True, kw_only=True):
    """A variable; ``value_from`` as it stands."""

    name: str = ""
    value: str = ""
    value_from: Any = None


class VolumeMount(Document, frozen=True, kw_only=True):
    """Where a container has a volume."""

    name: str = ""
    mount_path: str = ""
    sub_path: str = ""
    sub_path_expr: str = ""


class ContainerPort(Document, frozen=True, kw_only=True):
    """A port that is told of."""

    container_port: int = 0


class SecurityContext(Document, frozen=True, kw_only=True):
    """Who runs, of a container or a pod."""

    run_as_user: int | None = None
    run_as_group: int | None = None


class AdmittedContainer(Document, frozen=True, kw_only=True):
    """A container."""

    name: str = ""
    env: list[EnvVar] | None = None
    ports: list[ContainerPort] | None = None
    volume_mounts: list[VolumeMount] | None = None
    security_context: SecurityContext | None = None


class AdmittedVolume(Document, frozen=True, kw_only=True):
    """A volume, by name only."""

    name: str = ""


class OperatingSystem(Document, frozen=True, kw_only=True):
    """Where the pod may run."""

    name: str = ""


class Spec(Document, frozen=True, kw_only=True):
    """``resources``: those of the pod as a whole, which bound the sum of its containers'."""

    containers: list[AdmittedContainer] | None = None
    init_containers: list[AdmittedContainer] | None = None
    volumes: list[AdmittedVolume] | None = None
    security_context: SecurityContext | None = None
    automount_service_account_token: bool | None = None
    os: OperatingSystem | None = None
    resources: dict[str, Any] | None = None


class AdmittedPod(Document, frozen=True, kw_only=True):
    """A pod that is about to be created."""

    metadata: Meta = Meta()
    spec: Spec = Spec()

    @property
    def annotations(self) -> dict[str, str]:
        """Never None."""
        return self.metadata.annotations or {}

    def containers(self) -> Iterator[AdmittedContainer]:
        """All of them, those of the beginning first."""
        yield from self.spec.init_containers or ()
        yield from self.spec.containers or ()

    def known(self, namespace: str) -> Pod:
        """As the rooms see it that know pods by their metadata; a name that is still to be made ends in ``*``."""
        meta = self.metadata
        name = meta.name or f"{meta.generate_name}*"
        return Pod(
            metadata=ObjectMeta(name=name, namespace=namespace, annotations=self.annotations, labels=meta.labels or {})
        )

    def has_agent(self) -> bool:
        """One of its containers is called as ours is; a second one no API server would take."""
        return any(container.name == names.AGENT_CONTAINER for container in self.containers())
