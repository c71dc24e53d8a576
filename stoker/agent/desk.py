"""The engine's desk: one call at a time works on the data directory, which is ours and whole before anything else.

Opening and settling happen here, so that no caller can forget them. How a call is run, and how long a stop waits for it,
is told by ``blocking``.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import trio

from stoker.errors import JournalUnsettled, StateUnreadable, StokerError
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.agent.blocking import Blocking
    from stoker.agent.gate import Gate
    from stoker.sync.engine import Engine
    from stoker.sync.report import Settlement

T = TypeVar("T")


class Desk:
    """``call`` runs a blocking function; ``ready`` opens and settles what is not open or settled."""

    def __init__(self, engine: Engine, gate: Gate, blocking: Blocking, *, gateway: str, namespace: str) -> None:
        self.engine = engine
        self.inhabited = False
        self._gate = gate
        self._blocking = blocking
        self._open = False
        self._settled = False
        self._whole = trio.Event()
        self._log = get_logger("agent.engine", gateway=gateway, namespace=namespace)

    async def call(self, work: Callable[..., T], *args: Any) -> T:
        """``work(*args)``; a merge that could not be ended unsettles the desk."""
        try:
            return await self._blocking(partial(work, *args))
        except (JournalUnsettled, StateUnreadable) as error:
            self._settled = False
            self._gate.settled(False, str(error))
            raise

    async def ready(self) -> Settlement | None:
        """Afterwards the directory is ours and whole; what an unfinished merge became, if there was one.

        Raises what ``Engine.open`` and ``Engine.settle`` raise.
        """
        if self._open and await self.call(self.engine.displaced):
            self._log.warning(
                "directory_taken_anew",
                error="the state folder in the data directory was removed or replaced; what it remembered is worked out anew",
            )
            await self.call(self.engine.close)
            self._open = self._settled = False
        if self._settled:
            return None
        try:
            if not self._open:
                await self.call(self.engine.open)
                self._open = True
            done = await self.call(self.engine.settle)
            self.inhabited = await self.call(self.engine.has_gateway)
        except StokerError as error:
            self._gate.settled(False, str(error))
            raise
        self._settled = True
        self._gate.settled(True)
        self._whole.set()
        if done is not None:
            self._log.warning(
                "merge_recovered",
                outcome=done.outcome,
                commit=done.commit,
                files_changed=done.changed,
                kept=list(done.kept),
            )
        return done

    async def rest(self) -> None:
        """It is quiet for a while."""
        await self._blocking.rest()

    @property
    def settled(self) -> bool:
        """May the engine's memory be asked?"""
        return self._settled

    async def whole(self) -> None:
        """Returns once the directory was ours and whole for the first time."""
        await self._whole.wait()

    async def has_gateway(self) -> bool:
        """Has a gateway lived here already? Only asked of a settled directory."""
        if self._settled and not self.inhabited:
            self.inhabited = await self.call(self.engine.has_gateway)
        return self._settled and self.inhabited

    def close(self) -> None:
        """Give the directory up, or leave that to an abandoned call that still works on it."""
        self._open = self._settled = False
        self._blocking.when_idle(self.engine.close)
