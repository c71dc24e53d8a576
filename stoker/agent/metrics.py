"""The agents' series. One instance may be shared by several agents of a process."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, Final

from stoker.observe.metrics import CollectorRegistry, Counter, Gauge, Histogram

if TYPE_CHECKING:
    from stoker.agent.order import Order, Outcome

PREFIX: Final = "stoker_agent_"
SYNC: Final = (0.1, 0.5, 1, 2, 5, 10, 30, 60)
FETCH: Final = (0.5, 1, 2, 5, 10, 30, 60, 120)
STARTUP: Final = (5, 10, 30, 60, 120, 300, 600)


class AgentMetrics:
    """Names and buckets are part of the API."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(PREFIX + name, text, labels, registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(PREFIX + name, text, labels, registry=registry)

        def histogram(name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(PREFIX + name, text, labels, buckets=buckets, registry=registry)

        self.sync_duration = histogram("sync_duration_seconds", "One sync, without its scan.", SYNC, "profile")
        self.scan_duration = histogram("scan_duration_seconds", "Both scan requests.", SYNC)
        self.sync_total = counter("sync", "Syncs by result.", "profile", "result")
        self.files_changed = gauge("files_changed", "Files that the last sync changed.", "profile")
        self.files_added = gauge("files_added", "Files that the last sync added.", "profile")
        self.files_modified = gauge("files_modified", "Files that the last sync modified.", "profile")
        self.files_deleted = gauge("files_deleted", "Files that the last sync deleted.", "profile")
        self.git_fetch_duration = histogram("git_fetch_duration_seconds", "One fetch.", FETCH, "operation")
        self.git_fetch_total = counter("git_fetch", "Fetches by result.", "operation", "result")
        self.scan_total = counter("scan", "Scans by result.", "result")
        self.designer_sessions_blocked = gauge("designer_sessions_blocked", "1 while sessions hold a sync up.")
        self.designer_sessions_active = gauge(
            "designer_sessions_active", "Open Designer sessions, when last asked: before files change."
        )
        self.last_sync_timestamp = gauge("last_sync_timestamp_seconds", "Unix time of the last sync that succeeded.")
        self.last_sync_success = gauge(
            "last_sync_success", "1 when the last sync succeeded, 0 before the first; NaN before it while paused."
        )
        self.sync_skipped_total = counter("sync_skipped", "Syncs that had nothing to do or were held up.", "reason")
        self.gateway_startup_duration = histogram(
            "gateway_startup_duration_seconds", "From the agent's start to a running gateway.", STARTUP
        )
        self.drift_files = gauge("drift_files", "Managed files that somebody else changed.")
        self._judged = False

    def skipped(self, reason: str) -> None:
        """``reason``: commit_unchanged, paused, profile_error, designer_blocked or backoff."""
        self.sync_skipped_total.labels(reason).inc()

    def awaits_sync(self, *, paused: bool) -> None:
        """A turn begins, or ends at a pause. An agent that may not sync has not failed to: alerts ask for zero."""
        if paused:
            self.skipped("paused")
        if not self._judged:
            self.last_sync_success.set(nan if paused else 0)

    def failed(self) -> None:
        """What keeps syncs from beginning."""
        self._success(0)

    def _success(self, value: int) -> None:
        self._judged = True
        self.last_sync_success.set(value)

    def count(self, profile: str, order: Order, outcome: Outcome, *, worth: bool, at: float) -> None:
        """One outcome. ``worth``: it changed, answered or failed something; ``at``: Unix time."""
        if outcome.drift is not None:
            self.drift_files.set(len(outcome.drift))
        if outcome.held_up is not None or outcome.gave_way:
            self.skipped("designer_blocked")
            if outcome.result is None:
                return  # there was no sync: whoever watches those for failures has an alert of its own for this
        elif not worth and outcome.error is None:
            self.skipped("commit_unchanged")
        if outcome.held_up is not None and not worth:
            return
        self._success(0 if outcome.error else 1)
        if not worth and outcome.error is None:
            return
        self.sync_total.labels(profile, "error" if outcome.error else "success").inc()
        self.sync_duration.labels(profile).observe(outcome.duration)
        if outcome.error is None:
            self.last_sync_timestamp.set(at)
        if outcome.result is not None and not order.profile.dry_run:
            self.files_added.labels(profile).set(len(outcome.result.added))
            self.files_modified.labels(profile).set(len(outcome.result.modified))
            self.files_deleted.labels(profile).set(len(outcome.result.deleted))
            self.files_changed.labels(profile).set(outcome.result.files_changed)
