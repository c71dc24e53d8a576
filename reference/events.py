"""The events on a GatewaySync. That they are those which the code records is a test; when they are recorded is said here."""

from __future__ import annotations

from typing import Final, NamedTuple

from reference.table import code, table


class Told(NamedTuple):
    """``by``: who records it, as in the event's source."""

    type: str
    by: str
    when: str


CONTROLLER, AGENT, RECEIVER = "stoker-controller", "stoker-agent", "stoker-receiver"
EVENTS: Final = {
    ("GatewaysDiscovered", CONTROLLER): Told(
        "Normal", CONTROLLER, "Pods were found that were not known before, or there are fewer than there were."
    ),
    ("Paused", CONTROLLER): Told("Normal", CONTROLLER, "`spec.paused` was set."),
    ("SyncCompleted", CONTROLLER): Told("Normal", CONTROLLER, "The last gateway reached the resolved commit."),
    ("MissingSidecar", CONTROLLER): Told("Warning", CONTROLLER, "A pod that asks for an agent runs without one."),
    ("RefResolutionFailed", CONTROLLER): Told("Warning", CONTROLLER, "The ref cannot be resolved any more."),
    ("GitHubAppExchangeFailed", CONTROLLER): Told(
        "Warning", CONTROLLER, "GitHub gives no token for the App's key any more."
    ),
    ("ProfilesInvalid", CONTROLLER): Told(
        "Warning", CONTROLLER, "The spec became invalid; the message names every fault."
    ),
    ("RBACError", CONTROLLER): Told("Warning", CONTROLLER, "The RoleBinding for the agents cannot be written."),
    ("WebhookReceived", RECEIVER): Told("Normal", RECEIVER, "A push or a request to change the ref was accepted."),
    ("SyncCompleted", AGENT): Told("Normal", AGENT, "A gateway was synced, or scanned on request."),
    ("SyncSkipped", AGENT): Told("Normal", AGENT, "A commit changes no file of this gateway, or it was a dry run."),
    ("SyncFailed", AGENT): Told("Warning", AGENT, "A sync failed; told once until the error is another or gone."),
    ("CloneFailed", AGENT): Told("Warning", AGENT, "The commit could not be fetched."),
    ("DesignerSessionsBlocked", AGENT): Told("Warning", AGENT, "Open Designers hold a sync up, or made it give way."),
}


def page() -> str:
    """One table."""
    rows = ((code(reason), told.type, code(told.by), told.when) for (reason, _), told in EVENTS.items())
    lines = [
        "# Events: what is told of a GatewaySync, by whom and when",
        "",
        "On transitions only: a steady state is silent. `kubectl describe gs NAME` shows them; an event that repeats is counted.",
        "",
        *table(("reason", "type", "from", "when"), rows),
        "",
    ]
    return "\n".join(lines)
