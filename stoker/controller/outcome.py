"""What one pass knows and found: filled by the steps in order, judged by ``summary``; and what is remembered between passes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stoker.api import names
from stoker.controller.retries import Retries
from stoker.values import Mutable, field

if TYPE_CHECKING:
    from datetime import datetime

    from stoker.api.objects import GatewaySync, ObjectMeta, Pod
    from stoker.api.profiles import ResolvedProfile
    from stoker.api.spec import Spec
    from stoker.api.status import DiscoveredGateway, Status
    from stoker.controller.lookups import Need
    from stoker.controller.polling import Polled
    from stoker.errors import StokerError
    from stoker.git.credentials import Credentials
    from stoker.git.github_app import Identity


class Tokens(NamedTuple):
    """What asks for a fresh look-up when it differs from the last pass: compared, never cleared."""

    generation: int = 0
    requested_ref: str = ""
    requested_at: str = ""
    pushed_at: str = ""


def tokens_of(meta: ObjectMeta) -> Tokens:
    """The tokens that a resource carries."""
    said = meta.annotations
    return Tokens(
        meta.generation,
        said.get(names.REQUESTED_REF, ""),
        said.get(names.REQUESTED_AT, ""),
        said.get(names.PUSHED_AT, ""),
    )


class Census(NamedTuple):
    """The pods that are a resource's, in any phase, and the names of all pods of its namespace."""

    mine: tuple[Pod, ...]
    names: frozenset[str]


class Good(NamedTuple):
    """The last resolution that succeeded, and what it was asked for."""

    commit: str = ""
    ref: str = ""
    url: str = ""


class Memory(Mutable):
    """Of one resource, between passes. Times are Trio seconds; lost on a restart, which costs one look-up.

    ``need`` is the look-up that is owed, ``waiting`` that it has been asked for; ``error`` is what the last one that ended
    brought, also while the next one runs. ``told`` is the status up to which events and log lines were given, ``said`` what
    was logged of failing steps, ``app`` the GitHub App whose token was last asked for, ``shown``
    the fingerprint of the credential of the last pass, ``polled`` what may be polled without a pass,
    ``key_seen`` which API key was there and when.
    """

    tokens: Tokens = field(default_factory=Tokens)
    need: Need | None = None
    waiting: bool = False
    checked_at: float = float("-inf")
    good: Good = field(default_factory=Good)
    error: StokerError | None = None
    app: Identity | None = None
    shown: str | None = None
    polled: Polled | None = None
    key_seen: tuple[tuple[int, str, str], float] | None = None
    failed_turn: int = 0
    look_ups: Retries = field(default_factory=Retries)
    steps: Retries = field(default_factory=Retries)
    told: Status | None = None
    said: dict[str, str] = field(default_factory=dict)


class Pass(Mutable):
    """One pass. ``arrival``: the turn at which these very tokens were first seen, None when that is not known.

    ``exchanging``: the credential is on its way; ``renewal``: when it must be had anew.
    ``census`` None: the pods could not be listed yet. ``failures``: the error of each step that failed, by step.
    ``order_held``: a look-up for a new generation or a request has not been answered, so that what agents are told to
    fetch stays as it is. ``gateways`` are the status's own until this pass knows better.
    """

    resource: GatewaySync
    memory: Memory
    census: Census | None = None
    arrival: int | None = None
    paused: bool = False
    spec: Spec | None = None
    spec_error: StokerError | None = None
    profiles: dict[str, ResolvedProfile] = field(default_factory=dict)
    credentials: Credentials | None = None
    exchanging: bool = False
    renewal: datetime | None = None
    host_keys_checked: bool | None = None
    ref: str = ""
    url: str = ""
    resolved: bool = False
    pending: bool = False
    order_held: bool = False
    resolve_error: StokerError | None = None
    commit: str = ""
    requested_at_handed_over: str = ""
    gateways: list[DiscoveredGateway] = field(default_factory=list)
    maps_too_large: str = ""
    failures: dict[str, StokerError] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.gateways = self.gateways or list(self.resource.status.discovered_gateways)

    @property
    def key(self) -> tuple[str, str]:
        """Namespace and name."""
        return self.resource.metadata.namespace, self.resource.metadata.name

    @property
    def looks_up(self) -> bool:
        """This pass may resolve: not paused, and the spec can be read."""
        return self.spec is not None and not self.paused

    def annotation(self, name: str) -> str:
        """Its value, empty when absent."""
        return self.resource.metadata.annotations.get(name, "")
