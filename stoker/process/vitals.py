"""What the probes of a process say: that its loop turns, which of its services serve, and that it has been asked to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import trio

from stoker.observe.probes import Liveness, Readiness

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SILENCE_SECONDS: Final = 60.0
BEAT_SECONDS: Final = 10.0


class Vitals:
    """One a process. ``readiness`` may be told of more parts than services."""

    def __init__(self) -> None:
        self.readiness = Readiness()
        self._liveness = Liveness(SILENCE_SECONDS)

    def expect(self, services: Iterable[str]) -> None:
        """These are not ready until they say so."""
        for name in services:
            self.readiness.set(name, False, "not started")

    def state(self, service: str, serving: bool) -> None:
        """A supervisor's ``on_state``."""
        self.readiness.set(service, serving, "restarting")

    def stopping(self) -> None:
        """The process was asked to stop: not ready for anything new from here on."""
        self.readiness.set("process", False, "stopping")

    def live(self) -> Mapping[str, str]:
        """What is amiss with the loop itself."""
        return {} if self._liveness.alive else {"loop": "the event loop does not turn"}

    async def beat(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """The service that shows that the loop turns; runs until cancelled."""
        task_status.started()
        while True:
            self._liveness.beat()
            await trio.sleep(BEAT_SECONDS)
