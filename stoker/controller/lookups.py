"""Ref look-ups shared by all resources of one repository and credential, outside the workers' limit.

One listing, which asks for the refs of all of them, serves whoever may be served by it (see ``Need``). Workers never wait:
they ask, go on with the last good commit, and are called again when the answer is in. So five hung servers hold five tasks
here and no worker.

What came before what is told by turns, not by the clock: two things can happen at one instant (on a virtual clock they
do), and a push that arrives just after a look-up began must not be taken for answered by it.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final, Protocol

import trio

from stoker.controller.retries import TOLERANCE
from stoker.errors import GitServerError, GitTimeout, StokerError
from stoker.git.listing import RefListing, candidates
from stoker.nursery.rest import Rest
from stoker.observe.logs import get_logger
from stoker.observe.redact import redact_url
from stoker.values import Mutable, Value, field

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stoker.git.credentials import Credentials

Key = tuple[str, str]
Group = tuple[str, str]
BOUND: Final = 32.0
"""Seconds for one look-up: a second net below the remote's own bound of 30, so that no adapter can hold a group for ever."""
SHARED_FAILURE: Final = 5.0
"""Seconds for which one failed look-up spares the others theirs: a hundred resources must not knock at a closed door at once."""
REST: Final = Rest(longest=0.4)
"""Between two look-ups of one repository: a storm of pushes is no storm of look-ups, and none waits long for its own. The rest
grows with each look-up that somebody waited for while it lasted, and is short again after one that nobody did."""


class RefSource(Protocol):
    """The port to git servers; ``git.remote.Remote`` is its adapter."""

    async def list_refs(self, url: str, wanted: Sequence[str], credentials: Credentials) -> RefListing:
        """What the server says about the refs that ``wanted`` may mean, within 30 s; StokerError otherwise."""
        ...


class Turns:
    """Counts what happens, so that of any two things it is known which came first."""

    def __init__(self) -> None:
        self._count = itertools.count(1)

    def next(self) -> int:
        """Later than every turn before."""
        return next(self._count)


class Need(Value, frozen=True):
    """Which answers serve: any that began after turn ``after``, a failed one too; and, when ``age`` is given, also an earlier
    listing that holds the ref, is younger than ``age`` seconds and newer than turn ``newer_than``.

    Requests and new generations give no ``age``: nothing that began before them can serve them.
    """

    after: int
    age: float | None = None
    newer_than: int = 0


class Answer(Value, frozen=True):
    """What one look-up brought; ``began`` and ``took`` in Trio seconds."""

    turn: int
    began: float
    took: float
    asked: frozenset[str]
    listing: RefListing | None = None
    error: StokerError | None = None

    def serves(self, need: Need, ref: str, now: float) -> bool:
        """Whether whoever has this ``need`` of ``ref`` may go by it."""
        holds = self.listing is not None and any(name in self.listing.refs for name in candidates(ref))
        if self.turn > need.after and (holds or self.error is not None or ref in self.asked):
            return True
        if need.age is None or self.turn <= need.newer_than:
            return False
        if self.error is not None:
            return now - self.began < min(need.age, SHARED_FAILURE)
        # Just what is not due yet by the timers' own tolerance: else a listing serves again and again what it makes due.
        return holds and now - self.began < need.age - TOLERANCE


class _State(Mutable):
    credentials: Credentials
    refs: dict[Key, str] = field(default_factory=dict)
    waiting: set[Key] = field(default_factory=set)
    last: Answer | None = None
    running: bool = False
    rested: float = float("-inf")
    awaited: int = 0
    """How many look-ups in a row have been waited for through the rest before them."""


class Lookups:
    """``on_answer(key)`` is called for every resource that waits."""

    def __init__(
        self, remote: RefSource, nursery: trio.Nursery, on_answer: Callable[[Key], None], *, turns: Turns | None = None
    ) -> None:
        self._remote = remote
        self._nursery = nursery
        self._on_answer = on_answer
        self._turns = turns or Turns()
        self._groups: dict[Group, _State] = {}
        self._log = get_logger("controller.lookups")

    def turn(self) -> int:
        """Now, as a turn: every look-up that begins later has a higher one."""
        return self._turns.next()

    def ask(self, key: Key, url: str, ref: str, credentials: Credentials, need: Need) -> Answer | None:
        """An answer that serves ``need``; None: ``key`` is called when one is in, and asks again."""
        group = (url, credentials.fingerprint)
        self._leave_others(key, group)
        state = self._groups.setdefault(group, _State(credentials))
        state.refs[key] = ref
        answer = state.last
        if answer is not None and answer.serves(need, ref, trio.current_time()):
            state.waiting.discard(key)
            return answer
        state.waiting.add(key)
        if not state.running:
            state.running = True
            self._nursery.start_soon(self._run, group, state)
        return None

    def forget(self, key: Key) -> None:
        """The resource is gone, or asks for nothing now."""
        self._leave_others(key, None)

    def _leave_others(self, key: Key, group: Group | None) -> None:
        for other, state in list(self._groups.items()):
            if other != group:
                state.refs.pop(key, None)
                state.waiting.discard(key)
                self._drop_if_unused(other, state)

    def _drop_if_unused(self, group: Group, state: _State) -> None:
        if not state.refs and not state.running:
            del self._groups[group]

    async def _run(self, group: Group, state: _State) -> None:
        state.awaited = state.awaited + 1 if trio.current_time() < state.rested else 0
        await trio.sleep_until(state.rested)
        if state.refs:
            state.last = await self._look_up(group[0], frozenset(state.refs.values()), state.credentials)
            state.rested = trio.current_time() + REST.after(state.last.took * (1 + state.awaited))
        state.running = False
        # Whoever asked while it ran is called too: it asks again, and judges whether this one serves it.
        waiting, state.waiting = state.waiting, set()
        for key in sorted(waiting):
            self._on_answer(key)
        self._drop_if_unused(group, state)

    async def _look_up(self, url: str, refs: frozenset[str], credentials: Credentials) -> Answer:
        turn, began = self._turns.next(), trio.current_time()
        listing: RefListing | None = None
        error: StokerError | None = None
        try:
            with trio.move_on_after(BOUND) as scope:
                listing = await self._remote.list_refs(url, sorted(refs), credentials)
            if scope.cancelled_caught:
                error = GitTimeout(f"{redact_url(url)}: no answer within {BOUND:g} s; check the server and the network")
        except StokerError as failure:
            error = failure
        except Exception as failure:  # noqa: BLE001 - one repository must not end the look-ups of all
            self._log.exception("look_up_crashed", url=redact_url(url))
            error = GitServerError(f"{redact_url(url)}: the look-up failed unexpectedly ({type(failure).__name__})")
        return Answer(turn, began, trio.current_time() - began, refs, listing=listing, error=error)
