"""What an agent hands back: its report in the status ConfigMap, its history in the changes ConfigMap.

Both are bounded in bytes, because all gateways of a resource share one object: lists are cut first and say how much was
left out, so that a gateway with a thousand drifted files still says so. Reading tolerates reports of older releases and
garbage: a report that cannot be read is no report.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

ERROR_LIMIT: Final = 1024
HISTORY_LENGTH: Final = 10


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The JSON of one key of the status ConfigMap. ``lastSyncDuration`` is Go style, times RFC 3339."""

    sync_status: str = msgspec.field(name="syncStatus", default="Pending")
    synced_commit: str = msgspec.field(name="syncedCommit", default="")
    synced_ref: str = msgspec.field(name="syncedRef", default="")
    last_sync_time: str = msgspec.field(name="lastSyncTime", default="")
    last_sync_duration: str = msgspec.field(name="lastSyncDuration", default="")
    agent_version: str = msgspec.field(name="agentVersion", default="")
    last_scan_result: str = msgspec.field(name="lastScanResult", default="")
    files_changed: int = msgspec.field(name="filesChanged", default=0)
    projects_synced: list[str] | None = msgspec.field(name="projectsSynced", default=None)
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
        """At most ``limit`` bytes of JSON: the two lists are cut first, then the error's text."""
        report = msgspec.structs.replace(self, error_message=cut_text(self.error_message, ERROR_LIMIT))
        text = _json(report)
        for name in ("drift_paths", "projects_synced"):
            if len(text.encode()) <= limit:
                return text
            values: list[str] = list(getattr(report, name) or [])
            over = len(text.encode()) - limit
            report = msgspec.structs.replace(report, **{name: cut_list(values, _bytes(values) - over)})
            text = _json(report)
        if len(text.encode()) > limit:
            over = len(text.encode()) - limit
            shorter = cut_text(report.error_message, max(0, len(report.error_message.encode()) - over - 8))
            text = _json(msgspec.structs.replace(report, error_message=shorter))
        return text


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
        return msgspec.convert({key: value for key, value in raw.items() if value is not None}, Report, strict=False)
    except (msgspec.DecodeError, UnicodeError):
        return None


def decode_history(text: str) -> list[HistoryEntry]:
    """Newest last; empty when it cannot be read."""
    try:
        return msgspec.json.decode(text or "[]", type=list[HistoryEntry])
    except (msgspec.DecodeError, UnicodeError):
        return []


def encode_history(entries: list[HistoryEntry], limit: int) -> str:
    """The last ten within ``limit`` bytes: the longest path lists are halved first, then the oldest entries dropped."""
    kept = [_bounded(entry) for entry in entries[-HISTORY_LENGTH:]]
    while True:
        text = msgspec.json.encode(kept).decode()
        if len(text.encode()) <= limit or not kept:
            return text if kept else "[]"
        index = max(range(len(kept)), key=lambda at: len(_paths(kept[at])))
        if _paths(kept[index]):
            kept[index] = _with_fewer_paths(kept[index])
        else:
            del kept[0]


def cut_text(text: str, limit: int) -> str:
    """At most ``limit`` bytes of UTF-8, never through a character, ending in … when cut."""
    if len(text.encode()) <= limit:
        return text
    return text.encode()[: max(0, limit - 3)].decode("utf-8", "ignore") + ("…" if limit >= 3 else "")


def cut_list(values: list[str], room: int) -> list[str]:
    """As many of the first values as take ``room`` bytes, and a last one that counts the rest."""
    kept: list[str] = []
    used = 40
    for value in values:
        used += len(value.encode()) + 3
        if used > room:
            return [*kept, f"… and {len(values) - len(kept)} more"]
        kept.append(value)
    return kept


Field = Literal["added_paths", "modified_paths", "deleted_paths", "kept_paths"]
_FIELDS: Final[tuple[Field, ...]] = ("added_paths", "modified_paths", "deleted_paths", "kept_paths")


def _paths(entry: HistoryEntry) -> list[str]:
    return [path for name in _FIELDS for path in getattr(entry, name)]


def _with_fewer_paths(entry: HistoryEntry) -> HistoryEntry:
    longest = max(_FIELDS, key=lambda name: len(getattr(entry, name)))
    paths: list[str] = getattr(entry, longest)
    shorter = paths[: len(paths) // 2]
    left_out = entry.paths_left_out + len(paths) - len(shorter)
    return msgspec.structs.replace(entry, **{longest: shorter}, paths_left_out=left_out)


def _bounded(entry: HistoryEntry) -> HistoryEntry:
    return msgspec.structs.replace(
        entry,
        subject=cut_text(entry.subject, 200),
        author=cut_text(entry.author, 100),
        error=cut_text(entry.error, 300),
    )


def _json(report: Report) -> str:
    return msgspec.json.encode(report).decode()


def _bytes(values: list[str]) -> int:
    return sum(len(value.encode()) + 3 for value in values)
