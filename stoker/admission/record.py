"""What the log says of pods: each that was injected or refused one line, and of what was no review one now and then.

Nobody proves who they are before they post here, and nobody may be able to fill the log. Bodies are never logged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import trio

from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from stoker.admission.review import Asked, Verdict

QUIET_SECONDS: Final = 10.0


class Record:
    """One webhook's log."""

    def __init__(self) -> None:
        self._log = get_logger("admission")
        self._silent_until = float("-inf")
        self._unsaid = 0

    def judged(self, asked: Asked, verdict: Verdict) -> None:
        """One answer. Pods that want nothing are told to nobody: with the usual configuration none comes here."""
        about = self._about(asked) | dict(verdict.told or {})
        if verdict.warnings:
            about["warnings"] = list(verdict.warnings)
        if asked.dry_run:
            about["dry_run"] = True
        if verdict.result == "injected":
            self._log.info("pod_injected", **about)
        elif verdict.result == "denied":
            self._log.warning("pod_denied", reason=verdict.message, **about)
        else:
            level = self._log.warning if verdict.warnings else self._log.debug
            level("pod_skipped", **about)

    def failed(self, asked: Asked, error: str) -> None:
        """The resources could not be read."""
        self._log.error(
            "pod_not_judged", error=error, remedy="the failurePolicy decides about it", **self._about(asked)
        )

    def crashed(self, asked: Asked) -> None:
        """A fault of our own, with its traceback; called where it is caught."""
        self._log.error("webhook_crashed", exc_info=True, **self._about(asked))

    def refused(self, status: int, error: str) -> None:
        """What is no review that can be answered."""
        now = trio.current_time()
        if now < self._silent_until:
            self._unsaid += 1
            return
        more = {"others_since_last_line": self._unsaid} if self._unsaid else {}
        self._log.warning("review_refused", status=status, error=error, **more)
        self._silent_until, self._unsaid = now + QUIET_SECONDS, 0

    def _about(self, asked: Asked) -> dict[str, object]:
        meta = asked.pod.metadata if asked.pod is not None else None
        name = "" if meta is None else meta.name or f"{meta.generate_name}*"
        return {"namespace": asked.namespace, "pod": name[:253]}
