"""The three ConfigMaps between controller and agents: keys come from the types, what they mean is said here."""

from __future__ import annotations

from typing import Final

import msgspec

from reference.table import code, table
from stoker.api import names
from stoker.api.handoff import Metadata
from stoker.api.reports import ERROR_LIMIT, HISTORY_LENGTH, HistoryEntry, Report

METADATA: Final = {
    "gitURL": "The repository, without credentials.",
    "commit": "The commit to sync, 40 digits; empty before the first resolution.",
    "ref": "The ref it was resolved from, as written.",
    "authType": "none, token, ssh or githubApp.",
    "paused": "`true`: agents do nothing but settle a journal.",
    "profiles": "JSON: name to profile, with everything inherited filled in.",
    "gatewayPort": "The gateway's port.",
    "gatewayTLS": "Whether it speaks HTTPS.",
    "requestedAt": f"The value of `{names.REQUESTED_AT}`; a new one forces a sync and a scan.",
    "allowMassDelete": f"The value of `{names.ALLOW_MASS_DELETE}`.",
    "historyLimit": "Bytes that one gateway's history may take.",
}
REPORT: Final = {
    "syncStatus": "Pending, Synced, Error or MissingSidecar.",
    "syncedCommit": "The commit that is on the gateway.",
    "syncedRef": "The ref it came from.",
    "lastSyncTime": "RFC 3339.",
    "lastSyncDuration": "Such as 1.2s.",
    "agentVersion": "The agent's release.",
    "lastScanResult": "What the gateway answered: projects=200 config=200, or error: and which scan failed why.",
    "filesChanged": "Added, modified and deleted together.",
    "projectsSynced": "The Ignition projects among what is synced.",
    "errorMessage": f"At most {ERROR_LIMIT} bytes.",
    "podUID": "Whose report it is: that of another pod of the same name is ignored.",
    "profileName": "The profile.",
    "dryRun": "Whether nothing was written.",
    "dryRunDiffAdded": "Files that a dry run would have added.",
    "dryRunDiffModified": "Files that it would have modified.",
    "dryRunDiffDeleted": "Files that it would have deleted.",
    "designerSessionsBlocked": "Whether open Designers hold the sync up.",
    "gatewayName": "The gateway's name; the key is the pod's.",
    "driftFiles": "Managed files that were edited on the gateway.",
    "driftPaths": "The first of them.",
}
HISTORY: Final = {
    "at": "When, RFC 3339.",
    "trigger": "Why: a new commit, the timer, a force request, a gateway start …",
    "ref": "The ref.",
    "commit": "The commit.",
    "author": "Its author.",
    "subject": "The first line of its message.",
    "result": "How it ended.",
    "duration": "How long it took.",
    "added": "Files added.",
    "modified": "Files modified.",
    "deleted": "Files deleted.",
    "addedPaths": "Which; lists are cut when the history would take too much.",
    "modifiedPaths": "Which.",
    "deletedPaths": "Which.",
    "keptPaths": "What was not Stoker's own and was kept aside before it was overwritten or deleted.",
    "pathsLeftOut": "How many paths the lists do not show.",
    "error": "What went wrong.",
}


def keys(kind: type[msgspec.Struct]) -> list[str]:
    """The JSON names of a type's fields."""
    return [field.encode_name for field in msgspec.structs.fields(kind)]


def page() -> str:
    """A table for each map."""
    sections = (
        (
            names.metadata_configmap("NAME"),
            "Written by the controller. Booleans and numbers are lower-case text.",
            METADATA,
        ),
        (
            names.status_configmap("NAME"),
            "One key a pod, written by its agent: JSON. From `podUID` on, and of `errorMessage`, what says nothing is left out.",
            REPORT,
        ),
        (
            names.changes_configmap("NAME"),
            f"One key a pod, written by its agent: a JSON list of its last {HISTORY_LENGTH} syncs, the newest last.",
            HISTORY,
        ),
    )
    lines = ["# ConfigMaps: what controller and agents tell each other", "", "No secret is ever in any of them."]
    for name, text, known in sections:
        lines += [
            "",
            f"## {name}",
            "",
            text,
            "",
            *table(("key", "meaning"), ((code(key), known[key]) for key in known)),
        ]
    return "\n".join([*lines, ""])


def written() -> dict[str, list[str]]:
    """The keys that the code writes, by map."""
    return {
        "metadata": list(Metadata(git_url="", commit="", ref="").to_data()),
        "report": keys(Report),
        "history": keys(HistoryEntry),
    }
