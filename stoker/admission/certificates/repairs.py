"""The loop of whoever keeps something right: a step when a watch tells of a change, after a pause, and after a failure.

What is kept, and what is wrong with it, is the step's business. A failure pauses the loop, never the rest of who leads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import trio

from stoker.errors import AlreadyExists, Conflict, ObjectNotFound, StokerError
from stoker.nursery.backoff import Backoff

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PAUSES: Final = Backoff((0.5, 1.0, 2.0, 5.0, 15.0, 30.0))


class Repairs:
    """``log``: a bound logger, told of what fails. ``overtaken``: seconds until the next step when somebody else was faster;
    what did overtake us comes by the watch, which ends the pause.
    """

    def __init__(self, log: Any, *, overtaken: float) -> None:
        self._log = log
        self._overtaken = overtaken
        self._changed = trio.Event()

    def wake(self, _old: object, _new: object) -> None:
        """An informer's callback: something is another than it was."""
        self._changed.set()

    async def run(self, step: Callable[[], Awaitable[float]]) -> None:
        """Runs until cancelled. ``step`` puts right what is wrong, and returns the seconds until it wants to look again."""
        failures = 0
        while True:
            self._changed = trio.Event()
            try:
                pause = await step()
                failures = 0
            except (AlreadyExists, Conflict, ObjectNotFound):
                pause = self._overtaken
            except StokerError as error:
                failures += 1
                pause = PAUSES.delay(failures)
                self._log.error("certificate_not_kept", error=str(error), retry_in_s=pause)
            with trio.move_on_after(pause):
                await self._changed.wait()
