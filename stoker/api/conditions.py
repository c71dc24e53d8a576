"""Conditions: their types and reasons, and the one rule by which they change.

Polarity: every type but ``RefSkew`` is good when True. ``SidecarInjected`` is absent without gateways,
``SSHHostKeyVerification`` present only for ssh.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

REF_RESOLVED: Final = "RefResolved"
PROFILES_VALID: Final = "ProfilesValid"
ALL_GATEWAYS_SYNCED: Final = "AllGatewaysSynced"
SIDECAR_INJECTED: Final = "SidecarInjected"
SSH_HOST_KEY: Final = "SSHHostKeyVerification"
REF_SKEW: Final = "RefSkew"
READY: Final = "Ready"
TYPES: Final = (REF_RESOLVED, PROFILES_VALID, ALL_GATEWAYS_SYNCED, SIDECAR_INJECTED, SSH_HOST_KEY, REF_SKEW, READY)

REASONS: Final[dict[str, tuple[str, ...]]] = {
    REF_RESOLVED: ("RefResolved", "RefResolutionFailed", "GitHubAppExchangeFailed"),
    PROFILES_VALID: ("ProfilesValid", "ProfilesInvalid"),
    ALL_GATEWAYS_SYNCED: ("SyncSucceeded", "SyncInProgress", "NoGatewaysDiscovered", "MapsTooLarge"),
    SIDECAR_INJECTED: ("SidecarPresent", "SidecarMissing"),
    SSH_HOST_KEY: ("HostKeyVerificationEnabled", "HostKeyVerificationDisabled"),
    REF_SKEW: ("RefSkewed", "NoRefSkew"),
    READY: ("SyncSucceeded", "Reconciling", "Paused"),
}

State = Literal["True", "False", "Unknown"]


class Condition(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """metav1.Condition."""

    type: str
    status: State
    reason: str
    message: str = ""
    observed_generation: int = 0
    last_transition_time: str = ""


def find(conditions: Sequence[Condition], kind: str) -> Condition | None:
    """The condition of that type."""
    return next((condition for condition in conditions if condition.type == kind), None)


def merged(existing: Sequence[Condition], wanted: Sequence[Condition], now: str) -> list[Condition]:
    """``wanted`` in its own order, each with the transition time it keeps while its status stays; the rest vanishes."""
    result = []
    for condition in wanted:
        before = find(existing, condition.type)
        kept = before is not None and before.status == condition.status and before.last_transition_time
        moment = before.last_transition_time if before is not None and kept else now
        result.append(msgspec.structs.replace(condition, last_transition_time=moment))
    return result
