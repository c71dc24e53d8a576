"""What one agent is given, and how it ends: values, composed by whoever runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from stoker.api.handoff import Metadata
    from stoker.git.credentials import Credentials


class AgentSetup(Value, frozen=True):
    """One gateway. ``api_key`` and ``git_credentials`` are asked at each use, because secrets rotate.

    ``gateway_url``: where it listens, unless ``locate`` knows better by what the controller says, now or later;
    ``sync_period``: seconds between two looks while the profile, which has its own, is not known.
    """

    namespace: str
    pod_name: str
    pod_uid: str
    cr_name: str
    gateway_name: str
    profile: str
    data: Path
    gateway_url: str
    verify_tls: bool
    api_key: Callable[[], Awaitable[str]]
    git_credentials: Callable[[str], Awaitable[Credentials]]
    version: str
    by_manifests: bool = False
    """Told what to do by manifest files and not by kubectl: remedies say so."""
    locate: Callable[[Metadata], str] | None = None
    sync_period: float = 30.0


class AgentOutcome(Value, frozen=True):
    """How a single run ended: whether the gateway is synced, and if not, why."""

    synced: bool
    reason: str
