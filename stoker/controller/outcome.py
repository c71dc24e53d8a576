"""What one pass knows and found: filled by the steps in order, judged by ``summary``; and what is remembered between passes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from stoker.api.objects import GatewaySync, Pod
    from stoker.api.profiles import ResolvedProfile
    from stoker.api.spec import Spec
    from stoker.api.status import DiscoveredGateway
    from stoker.errors import StokerError
    from stoker.git.credentials import Credentials


class Tokens(NamedTuple):
    """What asks for a fresh look-up when it differs from the last pass: compared, never cleared."""

    generation: int = 0
    requested_ref: str = ""
    requested_at: str = ""
    pushed_at: str = ""


@dataclass
class Memory:
    """Of one resource, between passes. Times are Trio seconds; lost on a restart, which costs one look-up."""

    tokens: Tokens = field(default_factory=Tokens)
    owed_after: float | None = None
    checked_at: float = float("-inf")
    commit: str = ""
    commit_ref: str = ""
    error: StokerError | None = None
    failures: int = 0
    retry_at: float = 0.0


@dataclass
class Pass:
    """One pass. ``problems``: what failed, in order, each said in Ready's message and the log."""

    resource: GatewaySync
    memory: Memory
    pods: list[Pod]
    spec: Spec | None = None
    spec_error: StokerError | None = None
    profiles: dict[str, ResolvedProfile] = field(default_factory=dict)
    credentials: Credentials | None = None
    ref: str = ""
    resolved: bool = False
    pending: bool = False
    resolve_error: StokerError | None = None
    commit: str = ""
    requested_at_handled: str = ""
    gateways: list[DiscoveredGateway] = field(default_factory=list)
    gateways_known: bool = True
    maps_too_large: str = ""
    problems: list[StokerError] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str]:
        """Namespace and name."""
        return self.resource.metadata.namespace, self.resource.metadata.name

    @property
    def paused(self) -> bool:
        """The whole resource is paused; readable even when the rest of the spec is not."""
        raw = self.resource.spec
        return bool(isinstance(raw, dict) and raw.get("paused") is True)

    def annotation(self, name: str) -> str:
        """Its value, empty when absent."""
        return self.resource.metadata.annotations.get(name, "")
