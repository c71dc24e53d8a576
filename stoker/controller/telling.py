"""What people hear of a pass: events and log lines, for transitions only, so that steady passes are silent.

What was told is remembered, not read back from the status: a status that could not be written would otherwise have its
transitions told again, and one whose write succeeded without an answer not at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.controller.steps import status
from stoker.errors import Conflict, Transient
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from stoker.api.status import Status
    from stoker.controller.outcome import Pass
    from stoker.kube.events import EventRecorder


class Telling:
    """Says what differs from what was said before."""

    def __init__(self, events: EventRecorder) -> None:
        self._events = events
        self._log = get_logger("controller")

    async def tell(self, this: Pass, wanted: Status) -> None:
        """Log and events of one pass."""
        self._log_transitions(this, wanted)
        await status.tell(this, wanted, self._events)
        await self._tell_failures(this)
        this.memory.told = wanted

    def _log_transitions(self, this: Pass, wanted: Status) -> None:
        namespace, name = this.key
        log = self._log.bind(namespace=namespace, name=name)
        before = this.memory.told or this.resource.status
        if wanted.last_sync_commit != before.last_sync_commit:
            log.info(
                "ref_resolved", ref=this.ref, commit=wanted.last_sync_commit, before=before.last_sync_commit or None
            )
        if wanted.last_handled_requested_at not in {before.last_handled_requested_at, ""}:
            log.info("request_handled", requested_at=wanted.last_handled_requested_at, commit=wanted.last_sync_commit)
        old = {condition.type: (condition.status, condition.reason) for condition in before.conditions}
        for condition in wanted.conditions:
            if old.get(condition.type) != (condition.status, condition.reason):
                level = log.info if condition.status == "True" or condition.type == "RefSkew" else log.warning
                level(
                    "condition_changed",
                    type=condition.type,
                    status=condition.status,
                    reason=condition.reason,
                    message=condition.message,
                )

    async def _tell_failures(self, this: Pass) -> None:
        """A step's failure once, until it is another or mended."""
        namespace, name = this.key
        log = self._log.bind(namespace=namespace, name=name)
        said = this.memory.said
        for step, error in this.failures.items():
            if said.get(step) == str(error):
                continue
            said[step] = str(error)
            level = log.info if isinstance(error, Conflict) else log.warning
            retry = round(this.memory.steps.pause, 1)
            level("step_failed", step=step, error=str(error), reason=error.reason, retry_in_s=retry)
            if step == "rbac" and not isinstance(error, Transient):
                message = f"Failed to keep the agent RoleBinding: {error}"
                await self._events.record(this.resource.metadata, type="Warning", reason="RBACError", message=message)
        for step in [step for step in said if step not in this.failures]:
            del said[step]
            log.info("step_recovered", step=step)
