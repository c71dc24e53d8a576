"""What is said about an outcome: log lines for who operates it, events for who owns the resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stoker.observe.logs import get_logger
from stoker.observe.redact import redact

if TYPE_CHECKING:
    from stoker.agent.order import Order, Outcome
    from stoker.agent.publish import Publisher
    from stoker.agent.setup import AgentSetup

PATHS_LOGGED = 20
REQUEST_LOGGED = 100


class Voice:
    """Says each thing once: an event comes when something changed, not at every look."""

    def __init__(self, setup: AgentSetup, publisher: Publisher) -> None:
        self._gateway = setup.gateway_name
        self._publisher = publisher
        self._held_up = False
        self._drift: tuple[str, ...] = ()
        self._warned: tuple[str, ...] = ()
        self._log = get_logger("agent.sync", namespace=setup.namespace, gateway=setup.gateway_name).bind(
            name=setup.cr_name
        )

    def settled(self, order: Order, outcome: Outcome, *, worth: bool, new_error: bool) -> None:
        """``worth``: this sync changed something, or was asked for something; ``new_error``: not the one said before."""
        facts: dict[str, Any] = {
            "commit": order.metadata.commit,
            "ref": order.metadata.ref,
            "trigger": outcome.trigger,
            "duration_s": round(outcome.duration, 3),
        }
        if order.forced:
            facts |= {"requested_at": order.metadata.requested_at[:REQUEST_LOGGED]}
        if outcome.result is not None and outcome.result.kept:
            facts |= {"kept": list(outcome.result.kept), "kept_in": outcome.result.kept_in}
        if outcome.error is not None:
            self._failed(outcome, facts, new=new_error)
        elif outcome.held_up is not None:
            self._waits(outcome, facts)
        elif worth and order.profile.dry_run:
            self._computed(outcome, facts)
        elif worth:
            self._completed(outcome, facts)
        else:
            self._log.debug("sync_unchanged", **facts)
        self._held_up = outcome.held_up is not None
        if outcome.drift is not None and outcome.drift != self._drift:
            self._drift = outcome.drift
            if self._drift:
                self._log.warning("drift_found", files=len(self._drift), paths=list(self._drift[:PATHS_LOGGED]))
            else:
                self._log.info("drift_gone")
        if outcome.changes is not None and outcome.changes.warnings != self._warned:
            self._warned = outcome.changes.warnings
            for warning in self._warned:
                self._log.warning("sync_warning", commit=order.metadata.commit, warning=warning)

    def trouble(self, reason: str, message: str) -> None:
        """An error that belongs to no sync."""
        self._log.error("sync_failed", error=message, reason=reason)
        self._event("Warning", "SyncFailed", message)

    def waits(self, why: str) -> None:
        """For whoever wonders why a new pod does not start: no report can say so where none can be written."""
        self._log.warning("gateway_held", error=f"the gateway does not start before the first sync: {why}")

    def _failed(self, outcome: Outcome, facts: dict[str, Any], *, new: bool) -> None:
        error = outcome.error
        if error is None:
            return
        if not new and outcome.gave_way:
            self._log.debug("sync_failed", **facts, error=str(error), reason=error.reason)
            return
        self._log.error("sync_failed", **facts, error=str(error), reason=error.reason)
        if new:
            about = "DesignerSessionsBlocked" if outcome.gave_way else "SyncFailed" if outcome.tree else "CloneFailed"
            self._event("Warning", about, str(error))

    def _waits(self, outcome: Outcome, facts: dict[str, Any]) -> None:
        if outcome.held_up is None or self._held_up:
            return
        self._log.warning("designer_sessions_block", **facts, sessions=outcome.held_up.by)
        self._event(
            "Warning", "DesignerSessionsBlocked", f"the sync waits for Designer sessions ({outcome.held_up.by})"
        )

    def _computed(self, outcome: Outcome, facts: dict[str, Any]) -> None:
        changes = outcome.changes
        if changes is None:
            return
        counts = {"added": len(changes.added), "modified": len(changes.modified), "deleted": len(changes.deleted)}
        self._log.info("sync_computed", **facts, **counts, unchanged=changes.unchanged)
        would = ", ".join(f"{count} {what}" for what, count in counts.items())
        self._event("Normal", "SyncSkipped", f"dry run of {str(facts['commit'])[:7]}: would be {would}")

    def _completed(self, outcome: Outcome, facts: dict[str, Any]) -> None:
        result = outcome.result
        if result is None:
            return
        self._log.info(
            "sync_completed",
            **facts,
            added=len(result.added),
            modified=len(result.modified),
            deleted=len(result.deleted),
            unchanged=result.unchanged,
            scanned=outcome.scanned,
        )
        short = str(facts["commit"])[:7]
        if result.files_changed or outcome.scanned or outcome.trigger == "retry":  # of which part was done before
            self._event("Normal", "SyncCompleted", f"synced {short}: {result.files_changed} files changed")
        else:
            self._event("Normal", "SyncSkipped", f"{short} changes no file of this gateway; nothing to scan")

    def _event(self, kind: str, reason: str, message: str) -> None:
        self._publisher.event(
            "Warning" if kind == "Warning" else "Normal", reason, redact(f"{self._gateway}: {message}")
        )
