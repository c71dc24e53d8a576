"""From an outcome to what others read: what is worth telling, and who tells it.

Reports, history, log, events and metrics each have a module; here is decided when a sync is news to any of them, so
that a gateway at which nothing happens is silent everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from stoker.agent.history import entry_of, recovery_of
from stoker.agent.profile import fingerprint
from stoker.agent.report import dated, identity, report_of
from stoker.agent.voice import Voice
from stoker.api.times import rfc3339
from stoker.observe.redact import redact

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from stoker.agent.metrics import AgentMetrics
    from stoker.agent.order import Order, Outcome, Status
    from stoker.agent.publish import Publisher
    from stoker.agent.setup import AgentSetup
    from stoker.sync.report import Settlement


class Account:
    """``settle`` writes down one outcome; ``trouble`` an error that came before any sync could begin."""

    def __init__(
        self,
        setup: AgentSetup,
        publisher: Publisher,
        metrics: AgentMetrics,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._setup = setup
        self._publisher = publisher
        self._metrics = metrics
        self._now = now
        self._voice = Voice(setup, publisher)
        self._error = ""
        self._told: tuple[str, str, bool] | None = None
        self._answered = ""

    def settle(self, order: Order, outcome: Outcome, *, status: Status, scan: str) -> None:
        """Report, remember, count, say."""
        error = str(outcome.error) if outcome.error else ""
        new_error = bool(error) and error != self._error
        worth = self._is_worth_telling(order, outcome, new_error=new_error)
        last = self._publisher.last
        report = report_of(identity(self._setup, last), order, outcome, status=status, scan=scan)
        at = rfc3339(self._now())
        if worth:
            report = dated(report, outcome, at=at)
            self._publisher.remember(entry_of(order, outcome, at=at))
        elif (report.sync_status, report.synced_commit) != (last.sync_status, last.synced_commit):
            report = msgspec.structs.replace(report, last_sync_time=at)
        self._publisher.report(report, history=order.metadata.history_limit)
        self._metrics.count(self._setup.profile, order, outcome, worth=worth, at=self._now().timestamp())
        self._voice.settled(order, outcome, worth=worth, new_error=new_error)
        if error or (outcome.through and not outcome.pending):
            self._error = error

    def trouble(self, reason: str, message: str) -> None:
        """An error that belongs to no sync: no metadata, no such profile, a directory that is not there."""
        text = redact(message)
        self._metrics.failed()
        if text != self._error:
            self._error = text
            self._voice.trouble(reason, text)
        report = msgspec.structs.replace(
            identity(self._setup, self._publisher.last), sync_status="Error", error_message=text
        )
        self._publisher.report(report)

    def waits(self, why: str) -> None:
        """The gateway may not start yet, and that takes long."""
        self._voice.waits(why)

    def recovered(self, done: Settlement) -> None:
        """A merge of an earlier life was ended."""
        self._publisher.remember(recovery_of(done, at=rfc3339(self._now())))

    def _is_worth_telling(self, order: Order, outcome: Outcome, *, new_error: bool) -> bool:
        """Did it change or answer something, fail anew, or succeed after a failure?"""
        result = outcome.result
        changed = result is not None and result.files_changed > 0 and not order.profile.dry_run
        if outcome.error is not None or outcome.held_up is not None or result is None:
            return new_error or changed  # what is live by now is told by nobody later
        story = (order.metadata.commit, fingerprint(order.profile), order.profile.dry_run)
        last = self._publisher.last
        told, self._told = self._told, story
        if told is None and (last.synced_commit, last.dry_run) == (story[0], story[2]):
            told = story  # an earlier life of this pod has told it
        request = order.metadata.requested_at if order.forced else ""
        answered, self._answered = self._answered, request or self._answered
        caught_up = bool(self._error) and not outcome.pending
        return changed or story != told or bool(request and request != answered) or caught_up
