"""One git thread for each repository, where many resources share a process.

``Thread`` lets nothing begin while an abandoned call hangs, which is right for an agent with one repository; shared by
all, one dead server would stop the look-ups of every other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import trio

from stoker.git.offload import Thread

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

T = TypeVar("T")
STUCK_SECONDS = 600.0


class ThreadPerRepository:
    """An Offload; ``what``, which names the repository, chooses the thread."""

    def __init__(self) -> None:
        self._threads: dict[str, Thread] = {}

    async def __call__(self, work: Callable[[threading.Event], T], *, deadline: float, what: str) -> T:
        """The result of ``work``; GitTimeout past ``deadline`` seconds, GitBusy while an abandoned call hangs."""
        return await self._threads.setdefault(what, Thread())(work, deadline=deadline, what=what)

    @property
    def stuck(self) -> str:
        """A repository whose abandoned call has hung for ten minutes; empty when there is none."""
        for what, thread in self._threads.items():
            if thread.stuck_since is not None and trio.current_time() - thread.stuck_since > STUCK_SECONDS:
                return what
        return ""
