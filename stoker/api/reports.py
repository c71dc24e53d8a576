"""What an agent hands back: its report in the status ConfigMap, its history in the changes ConfigMap.

Both are bounded in bytes, because all gateways of a resource share one object: lists are cut first and say how much was
left out, so that a gateway with a thousand drifted files still says so. Reading tolerates reports of older releases and
garbage: a report that cannot be read is no report.
"""

from __future__ import annotations

from typing import Any, Final, TypeVar

import msgspec
from msgspec.structs import replace

from stoker.api.bounds import cut_json_text, cut_list, cut_text, json_size, legible
from stoker.api.status import SYNC_STATES

ERROR_LIMIT: Final = 1024
HISTORY_LENGTH: Final = 10
_ENTRY_LIMITS: Final = {
    "at": 40,
    "trigger": 60,
    "ref": 260,
    "commit": 64,
    "author": 100,
    "subject": 200,
    "result": 40,
    "duration": 40,
    "error": 300,
}
"""Bytes of each text of an entry: git lets a subject be a novel."""
T = TypeVar("T", bound=msgspec.Struct)


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The JSON of one key of the status ConfigMap. ``lastSyncDuration`` is Go style, times RFC 3339.

    What has a default factory is always written, because scripts ask for it in every report; the rest where it says something.
    """

    sync_status: str = msgspec.field(name="syncStatus", default_factory=lambda: "Pending")
    synced_commit: str = msgspec.field(name="syncedCommit", default_factory=lambda: "")
    synced_ref: str = msgspec.field(name="syncedRef", default_factory=lambda: "")
    last_sync_time: str = msgspec.field(name="lastSyncTime", default_factory=lambda: "")
    last_sync_duration: str = msgspec.field(name="lastSyncDuration", default_factory=lambda: "")
    agent_version: str = msgspec.field(name="agentVersion", default_factory=lambda: "")
    last_scan_result: str = msgspec.field(name="lastScanResult", default_factory=lambda: "")
    files_changed: int = msgspec.field(name="filesChanged", default_factory=lambda: 0)
    projects_synced: list[str] | None = msgspec.field(name="projectsSynced", default_factory=list[str])
    error_message: str = msgspec.field(name="errorMessage", default="")
    pod_uid: str = msgspec.field(name="podUID", default="")
    profile_name: str = msgspec.field(name="profileName", default="")
    dry_run: bool = msgspec.field(name="dryRun", default=False)
    dry_run_diff_added: int = msgspec.field(name="dryRunDiffAdded", default=0)
    dry_run_diff_modified: int = msgspec.field(name="dryRunDiffModified", default=0)
    dry_run_diff_deleted: int = msgspec.field(name="dryRunDiffDeleted", default=0)
    designer_sessions_blocked: bool = msgspec.field(name="designerSessionsBlocked", default=False)
    gateway_name: str = msgspec.field(name="gatewayName", default="")
    drift_files: int = msgspec.field(name="driftFiles", default=0)
    drift_paths: list[str] | None = msgspec.field(name="driftPaths", default=None)

    def encode(self, limit: int) -> str:
        """At most ``limit`` bytes of JSON: the two lists are cut first, then texts, the error's first.

        What is left at last is the state, the commit and whose they are, which takes 150 bytes: less is not asked for by
        a resource of fewer than 6,000 gateways.
        """
        report = _legible(self)
        report = replace(report, error_message=cut_text(report.error_message, ERROR_LIMIT))
        for name in _LISTS:
            over = json_size(report) - limit
            values: list[str] = getattr(report, name) or []
            if over > 0 and values:
                report = replace(report, **{name: cut_list(values, json_size(values) - over) or None})
        for name in _TEXTS:
            over = json_size(report) - limit
            text: str = getattr(report, name)
            if over > 0 and text:
                report = replace(report, **{name: cut_json_text(text, json_size(text) - over)})
        if json_size(report) > limit:
            least = {"syncStatus": report.sync_status, "syncedCommit": report.synced_commit, "podUID": report.pod_uid}
            return msgspec.json.encode(least).decode()
        return msgspec.json.encode(report).decode()


class HistoryEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One sync: when, why, which commit by whom, how it ended, and what it changed."""

    at: str
    trigger: str
    ref: str
    commit: str
    author: str = ""
    subject: str = ""
    result: str = ""
    duration: str = ""
    added: int = 0
    modified: int = 0
    deleted: int = 0
    added_paths: list[str] = msgspec.field(name="addedPaths", default_factory=list)
    modified_paths: list[str] = msgspec.field(name="modifiedPaths", default_factory=list)
    deleted_paths: list[str] = msgspec.field(name="deletedPaths", default_factory=list)
    kept_paths: list[str] = msgspec.field(name="keptPaths", default_factory=list)
    paths_left_out: int = msgspec.field(name="pathsLeftOut", default=0)
    error: str = ""


def decode_report(text: str) -> Report | None:
    """A report, or None when it cannot be read. Nulls and unknown fields of older agents are tolerated."""
    try:
        raw = msgspec.json.decode(text)
        if not isinstance(raw, dict):
            return None
        report = msgspec.convert({key: value for key, value in raw.items() if value is not None}, Report, strict=False)
    except _UNREADABLE:
        return None
    return report if report.sync_status in SYNC_STATES else None


def decode_history(text: str) -> list[HistoryEntry]:
    """Newest last; what cannot be read of it is left out."""
    try:
        raw = msgspec.json.decode(text or "[]", type=list[msgspec.Raw])
    except _UNREADABLE:
        return []
    entries = (_entry(item) for item in raw)
    return [entry for entry in entries if entry is not None]


def encode_history(entries: list[HistoryEntry], limit: int) -> str:
    """The last ten within ``limit`` bytes: the longest path lists are halved first, then the oldest entries dropped."""
    kept = [_bounded(entry) for entry in entries[-HISTORY_LENGTH:]]
    while kept and json_size(kept) > limit:
        index = max(range(len(kept)), key=lambda at: _path_count(kept[at]))
        if _path_count(kept[index]):
            kept[index] = _with_fewer_paths(kept[index])
        else:
            del kept[0]
    return msgspec.json.encode(kept).decode()


_UNREADABLE: Final = (msgspec.DecodeError, UnicodeError, RecursionError)
_LISTS: Final = ("drift_paths", "projects_synced")
_TEXTS: Final = (
    "error_message",
    "last_scan_result",
    "agent_version",
    "last_sync_duration",
    "gateway_name",
    "profile_name",
    "synced_ref",
)
_PATHS: Final = ("added_paths", "modified_paths", "deleted_paths", "kept_paths")


def _entry(raw: msgspec.Raw) -> HistoryEntry | None:
    try:
        return msgspec.json.decode(raw, type=HistoryEntry)
    except _UNREADABLE:
        return None


def _path_count(entry: HistoryEntry) -> int:
    return sum(len(getattr(entry, name)) for name in _PATHS)


def _with_fewer_paths(entry: HistoryEntry) -> HistoryEntry:
    longest = max(_PATHS, key=lambda name: len(getattr(entry, name)))
    paths: list[str] = getattr(entry, longest)
    shorter = paths[: len(paths) // 2]
    left_out = entry.paths_left_out + len(paths) - len(shorter)
    return replace(entry, **{longest: shorter}, paths_left_out=left_out)


def _bounded(entry: HistoryEntry) -> HistoryEntry:
    entry = _legible(entry)
    return replace(entry, **{name: cut_text(getattr(entry, name), most) for name, most in _ENTRY_LIMITS.items()})


def _legible(struct: T) -> T:
    """With every text and every list of texts as it can be encoded."""
    changes: dict[str, Any] = {}
    for name in struct.__struct_fields__:
        value = getattr(struct, name)
        if isinstance(value, str):
            changes[name] = legible(value)
        elif isinstance(value, list):
            changes[name] = [legible(item) for item in value]
    return replace(struct, **changes)
