"""The conditions: types and reasons come from the code, what they mean is said here."""

from __future__ import annotations

from typing import Final

from reference.table import code, table
from stoker.api.conditions import REASONS, REF_SKEW

TYPES: Final = {
    "RefResolved": "The ref was resolved to a commit; the message is the commit, or the cause and when it is tried again.",
    "ProfilesValid": "The spec can be read and every profile is valid. While it is False, gateways keep what they have.",
    "AllGatewaysSynced": "Every gateway is synced at the resolved commit; those of a paused profile are not counted.",
    "SidecarInjected": "Every gateway has an agent. Absent without gateways.",
    "SSHHostKeyVerification": "Host keys are checked. Only there when the repository is reached by ssh.",
    "RefSkew": "Some gateway runs another commit than the resolved one.",
    "Ready": "RefResolved, ProfilesValid and AllGatewaysSynced are True, and nothing is paused.",
}
MEANING: Final = {
    ("RefResolved", "RefResolved"): "The last look-up succeeded.",
    ("RefResolved", "RefResolutionFailed"): "The git server could not be asked, refused, or has no such ref.",
    ("RefResolved", "GitHubAppExchangeFailed"): "GitHub gave no token for the App's key.",
    ("ProfilesValid", "ProfilesValid"): "All are valid; the message counts them.",
    ("ProfilesValid", "ProfilesInvalid"): "The message names every fault with its path and remedy.",
    ("AllGatewaysSynced", "SyncSucceeded"): "N/N synced.",
    ("AllGatewaysSynced", "SyncInProgress"): "n/N synced; those without an agent are counted in brackets.",
    ("AllGatewaysSynced", "NoGatewaysDiscovered"): "No running pod names this resource.",
    ("AllGatewaysSynced", "MapsTooLarge"): "A ConfigMap of this resource would pass the limit of 1 MiB.",
    ("SidecarInjected", "SidecarPresent"): "Every gateway has its agent.",
    ("SidecarInjected", "SidecarMissing"): "The message names the pods that run without one.",
    ("SSHHostKeyVerification", "HostKeyVerificationEnabled"): "Only the host keys of known_hosts are accepted.",
    ("SSHHostKeyVerification", "HostKeyVerificationDisabled"): "Any host key is accepted.",
    ("RefSkew", "RefSkewed"): "The message names the gateways.",
    ("RefSkew", "NoRefSkew"): "None does.",
    ("Ready", "SyncSucceeded"): "All gateways synced.",
    ("Ready", "Reconciling"): "The message says what it waits for or what must be mended.",
    ("Ready", "Paused"): "spec.paused is true; wins over every other reason.",
}
TRUE: Final = frozenset(
    {"RefResolved", "ProfilesValid", "SyncSucceeded", "SidecarPresent", "HostKeyVerificationEnabled", "RefSkewed"}
)
"""Reasons of the status True; all others are of False. A condition that is not known yet is absent."""


def page() -> str:
    """A table of types, and one of reasons for each."""
    lines = [
        "# Conditions: types, polarity, reasons",
        "",
        "Each carries the generation it is about, also after a pass that failed or was paused. `lastTransitionTime` moves",
        "only when the status flips. A condition that is not known yet is absent.",
        "What to do about each: [troubleshooting](../troubleshooting.md).",
        "",
        *table(
            ("type", "good when", "meaning"),
            ((code(kind), "False" if kind == REF_SKEW else "True", TYPES[kind]) for kind in REASONS),
        ),
    ]
    for kind, reasons in REASONS.items():
        lines += ["", f"## {kind}", ""]
        lines += table(
            ("status", "reason", "meaning"),
            (("True" if reason in TRUE else "False", code(reason), MEANING[kind, reason]) for reason in reasons),
        )
    return "\n".join([*lines, ""])
