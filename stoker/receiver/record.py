"""What the log says of answers: each one that was let in, and of the others no more than a line now and then.

A stranger must be able neither to fill the log nor to choose what stands in it; whoever set a wrong secret must still find
a line that says so. Bodies and headers are never logged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import trio

from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from stoker.receiver.answers import Answer

TOLD: Final = ("accepted", "ref", "reason", "message", "error", "resources", "failed")
QUIET_SECONDS: Final = 10.0
PATH_LIMIT: Final = 200


class Record:
    """One receiver's log."""

    def __init__(self) -> None:
        self._log = get_logger("receiver")
        self._silent_until = 0.0
        self._unsaid = 0

    def say(self, path: str, answer: Answer) -> None:
        """One answer."""
        if not answer.trusted:
            self._stranger(path, answer)
            return
        context = {key: answer.body[key] for key in TOLD if key in answer.body}
        level = self._log.info if answer.status < 400 else self._log.warning
        level("webhook_answered", path=path, status=answer.status, source=answer.source, **context)

    def crashed(self, path: str) -> None:
        """A fault of our own, with its traceback; called where it is caught."""
        self._log.error("webhook_crashed", path=path[:PATH_LIMIT], exc_info=True)

    def _stranger(self, path: str, answer: Answer) -> None:
        now = trio.current_time()
        if now < self._silent_until:
            self._unsaid += 1
            return
        more = {"others_since_last_line": self._unsaid} if self._unsaid else {}
        self._log.warning(
            "webhook_refused", path=path[:PATH_LIMIT], status=answer.status, error=answer.body.get("error"), **more
        )
        self._silent_until, self._unsaid = now + QUIET_SECONDS, 0
