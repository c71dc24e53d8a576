"""From an outcome to a line of the gateway's history: pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.api.reports import HistoryEntry
from stoker.api.times import go_duration
from stoker.observe.redact import redact

if TYPE_CHECKING:
    from stoker.agent.order import Order, Outcome
    from stoker.sync.report import Settlement


def entry_of(order: Order, outcome: Outcome, *, at: str) -> HistoryEntry:
    """One sync that was worth telling. A dry run has its counts and paths too: they are what it would do."""
    result = outcome.result
    dry = order.profile.dry_run
    shown = outcome.changes if dry else result
    return HistoryEntry(
        at=at,
        trigger=outcome.trigger,
        ref=order.metadata.ref,
        commit=order.metadata.commit,
        author=outcome.tree.author if outcome.tree else "",
        subject=redact(outcome.tree.subject) if outcome.tree else "",
        result="error" if outcome.error else "dry-run" if dry else "success",
        duration=go_duration(outcome.duration),
        added=len(shown.added) if shown else 0,
        modified=len(shown.modified) if shown else 0,
        deleted=len(shown.deleted) if shown else 0,
        added_paths=list(shown.added) if shown else [],
        modified_paths=list(shown.modified) if shown else [],
        deleted_paths=list(shown.deleted) if shown else [],
        kept_paths=[f"{result.kept_in}/{path}" for path in result.kept] if result is not None else [],
        error=redact(str(outcome.error)) if outcome.error else "",
    )


def recovery_of(done: Settlement, *, at: str) -> HistoryEntry:
    """A merge that an earlier life left unfinished, as this one ended it."""
    return HistoryEntry(
        at=at,
        trigger="recovery",
        ref="",
        commit=done.commit,
        result="success" if done.outcome == "completed" else "undone",
        modified=done.changed,
        kept_paths=list(done.kept),
    )
