"""The engine's desk: one thread at a time works on the data directory, and what it began it ends.

A call is never abandoned: a cancelled agent waits for the running merge, because the lock on the directory must outlive
it. Opening and settling happen here too, so that no caller can forget them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import trio

from stoker.errors import JournalUnsettled, StateUnreadable, StokerError
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.agent.gate import Gate
    from stoker.sync.engine import Engine

T = TypeVar("T")


class Desk:
    """``call`` runs a blocking function; ``ready`` opens and settles what is not open or settled."""

    def __init__(self, engine: Engine, gate: Gate, *, gateway: str) -> None:
        self.engine = engine
        self._gate = gate
        self._one = trio.CapacityLimiter(1)
        self._open = False
        self._settled = False
        self._log = get_logger("agent.engine", gateway=gateway)

    async def call(self, work: Callable[..., T], *args: Any) -> T:
        """``work(*args)`` in the thread; a merge that could not be ended unsettles the desk."""
        try:
            return await trio.to_thread.run_sync(work, *args, limiter=self._one, abandon_on_cancel=False)
        except (JournalUnsettled, StateUnreadable) as error:
            self._settled = False
            self._gate.settled(False, str(error))
            raise

    async def ready(self) -> None:
        """Afterwards the directory is ours and whole. Raises what ``Engine.open`` and ``Engine.settle`` raise."""
        if not self._open:
            await self.call(self.engine.open)
            self._open = True
        if self._settled:
            return
        try:
            done = await self.call(self.engine.settle)
        except StokerError as error:
            self._gate.settled(False, str(error))
            raise
        self._settled = True
        self._gate.settled(True)
        if done is not None:
            self._log.warning(
                "merge_recovered",
                outcome=done.outcome,
                commit=done.commit,
                files_changed=done.changed,
                kept=list(done.kept),
            )

    @property
    def settled(self) -> bool:
        """May the engine's memory be asked?"""
        return self._settled

    async def has_gateway(self) -> bool:
        """Has a gateway lived here already? Only asked of a settled directory."""
        return self._settled and await self.call(self.engine.has_gateway)

    async def close(self) -> None:
        """Give the directory up; shielded, because the lock must go whatever ends the agent."""
        with trio.CancelScope(shield=True):
            await self.call(partial(self.engine.close))
            self._open = self._settled = False
