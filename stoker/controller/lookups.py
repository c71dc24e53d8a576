"""Ref look-ups shared by all resources of one repository and credential, outside the workers' limit.

A listing serves every resource that asked before it *began*, and, for polling, while it is younger than the asking
resource's interval. Workers never wait: they ask, go on with the last good commit, and are called again when the answer is
in. So five hung servers hold five tasks here and no worker.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import trio

from stoker.errors import StokerError
from stoker.git.listing import RefListing, candidates

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.git.credentials import Credentials
    from stoker.git.remote import Remote

Key = tuple[str, str]
Group = tuple[str, str]


@dataclass(frozen=True)
class Answer:
    """What one look-up brought; ``began`` and ``took`` in Trio seconds."""

    began: float
    took: float
    asked: frozenset[str]
    listing: RefListing | None = None
    error: StokerError | None = None


@dataclass
class _State:
    credentials: Credentials
    refs: dict[Key, str] = field(default_factory=dict)
    waiting: set[Key] = field(default_factory=set)
    last: Answer | None = None
    running: bool = False


class Lookups:
    """``on_answer(key)`` is called for every resource that waits."""

    def __init__(self, remote: Remote, nursery: trio.Nursery, on_answer: Callable[[Key], None]) -> None:
        self._remote = remote
        self._nursery = nursery
        self._on_answer = on_answer
        self._groups: dict[Group, _State] = {}

    def ask(self, key: Key, url: str, ref: str, credentials: Credentials, *, after: float) -> Answer | None:
        """An answer whose look-up began at ``after`` or later and asked for ``ref``; None: called again when it is there."""
        group = (url, credentials.fingerprint)
        self._leave_others(key, group)
        state = self._groups.setdefault(group, _State(credentials))
        state.credentials = credentials
        state.refs[key] = ref
        answer = state.last
        if answer is not None and answer.began >= after and _covers(answer, ref):
            return answer
        state.waiting.add(key)
        if not state.running:
            state.running = True
            self._nursery.start_soon(self._run, group, state)
        return None

    def forget(self, key: Key) -> None:
        """The resource is gone."""
        self._leave_others(key, None)

    def _leave_others(self, key: Key, group: Group | None) -> None:
        for other, state in list(self._groups.items()):
            if other != group:
                state.refs.pop(key, None)
                state.waiting.discard(key)
                if not state.refs and not state.running:
                    del self._groups[other]

    async def _run(self, group: Group, state: _State) -> None:
        refs = frozenset(state.refs.values())
        state.last = await self._look_up(group[0], refs, state.credentials)
        state.running = False
        # Whoever asked while it ran is called too: it asks again, and judges whether this one began late enough.
        waiting, state.waiting = state.waiting, set()
        for key in sorted(waiting):
            self._on_answer(key)

    async def _look_up(self, url: str, refs: frozenset[str], credentials: Credentials) -> Answer:
        began = trio.current_time()
        try:
            listing = await self._remote.list_refs(url, sorted(refs), credentials)
        except StokerError as error:
            return Answer(began, trio.current_time() - began, refs, error=error)
        return Answer(began, trio.current_time() - began, refs, listing=listing)


def _covers(answer: Answer, ref: str) -> bool:
    """A ref that is absent from the listing is asked for afresh, unless this look-up asked for just it."""
    if ref in answer.asked:
        return True
    return answer.listing is not None and any(name in answer.listing.refs for name in candidates(ref))
