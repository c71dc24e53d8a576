"""Ref to commit: when a look-up is owed, and what its answer means.

A look-up is owed when the tokens differ from the last pass (a new generation or any request), when a failed one is due
again, or when polling says so. Tokens are compared, never cleared, so that one that arrives while another is being handled
is owed a look-up that begins after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import trio

from stoker.api import names
from stoker.api.times import parse_go_duration
from stoker.controller.lookups import Need
from stoker.controller.outcome import Good, tokens_of
from stoker.controller.repository import published_url
from stoker.controller.retries import TOLERANCE
from stoker.errors import CredentialsInvalid, GitServerError, StokerError
from stoker.git.github_app import EXCHANGE_ERRORS
from stoker.git.listing import is_full_hash, pick
from stoker.git.urls import place

if TYPE_CHECKING:
    from stoker.api.spec import Spec
    from stoker.controller.lookups import Answer, Lookups
    from stoker.controller.metrics import ControllerMetrics
    from stoker.controller.outcome import Memory, Pass

CREDENTIALS: Final = "git-credentials"
"""The step whose failure leaves nothing to look up with."""
SHORTEST_INTERVAL: Final = 1.0


def effective_ref(this: Pass) -> str:
    """``requested-ref`` while it stands, else the spec's."""
    wanted = this.annotation(names.REQUESTED_REF)
    return wanted or (this.spec.git.ref if this.spec else "")


def interval(spec: Spec) -> float:
    """Seconds between polls, also when polling is off: a listing of that age still spares a retry its own.

    At least a second: ``1ns`` is a good duration, and would keep a core and a git server busy with nothing else.
    """
    return max(SHORTEST_INTERVAL, parse_go_duration(spec.polling.interval or "60s"))


def resolve(this: Pass, lookups: Lookups, metrics: ControllerMetrics) -> None:
    """Fills ``ref``, ``url``, ``commit``, ``resolved``, ``pending``, ``order_held``, ``resolve_error``; never waits."""
    memory = this.memory
    this.ref, this.url = effective_ref(this), _url(this.spec)
    _note_tokens(this, lookups)
    _note_credential(this)
    if this.spec is None or this.paused:
        lookups.forget(this.key)
        memory.waiting = False
    else:
        memory.need = _need(this.spec, memory, lookups)
        if memory.need is None and isinstance(this.failures.get(CREDENTIALS), EXCHANGE_ERRORS):
            memory.need = Need(lookups.turn(), age=interval(this.spec))  # told by the look-up, though none was due
        if memory.need is not None:
            _meet(this, this.spec, memory.need, lookups, metrics)
    _last_good(this)


def next_delay(this: Pass) -> float | None:
    """Seconds until a look-up is due; None: only when something changes, or its answer comes in."""
    if this.spec is None or this.paused or this.pending:
        return None
    now = trio.current_time()
    if this.memory.error is not None:
        return this.memory.look_ups.left(now)
    if not this.spec.polling.enabled or is_full_hash(this.ref):
        return None
    return max(0.0, this.memory.checked_at + interval(this.spec) - now)


def _note_tokens(this: Pass, lookups: Lookups) -> None:
    memory, tokens = this.memory, tokens_of(this.resource.metadata)
    if tokens != memory.tokens:
        memory.tokens = tokens
        # The object was read before this line, so whatever begins from here on has begun after the request.
        memory.need = Need(this.arrival if this.arrival is not None else lookups.turn())
        memory.look_ups.reset()
        memory.steps.reset()


def _note_credential(this: Pass) -> None:
    """What failed with another credential, or with none, is worth another attempt at once."""
    memory = this.memory
    shown = this.credentials.fingerprint if this.credentials is not None else None
    if shown is not None and shown != memory.shown and memory.error is not None:
        memory.look_ups.reset()
    memory.shown = shown


def _need(spec: Spec, memory: Memory, lookups: Lookups) -> Need | None:
    """The look-up that is owed; kept while it is unanswered."""
    if memory.need is not None:
        return memory.need
    now = trio.current_time()
    if memory.error is not None:
        if memory.look_ups.holds(now):
            return None
        return Need(lookups.turn(), age=interval(spec), newer_than=memory.failed_turn)
    every = interval(spec)
    due = spec.polling.enabled and now - memory.checked_at >= every - TOLERANCE
    return Need(lookups.turn(), age=every) if due else None


def _meet(this: Pass, spec: Spec, need: Need, lookups: Lookups, metrics: ControllerMetrics) -> None:
    memory = this.memory
    try:
        where = place(published_url(spec.git.repo, spec.auth_type))
        if this.exchanging:
            memory.waiting = this.pending = True
            this.order_held = need.age is None
            return
        if this.credentials is None:
            raise this.failures.get(CREDENTIALS) or CredentialsInvalid("the git credentials could not be read")
        this.credentials.at(where)  # a method that the URL does not take is refused also where nothing is looked up
        if is_full_hash(this.ref):
            lookups.forget(this.key)
            memory.checked_at = trio.current_time()
            _succeed(this, this.ref.lower())
            return
        answer = lookups.ask(this.key, this.url, this.ref, this.credentials, need)
        if answer is None:
            memory.waiting = this.pending = True
            this.order_held = need.age is None
            return
        _observe(this, answer, metrics)
        memory.failed_turn, memory.checked_at = answer.turn, answer.began
        _succeed(this, _commit(this, answer, where.shown))
    except StokerError as error:
        _fail(memory, error)


def _observe(this: Pass, answer: Answer, metrics: ControllerMetrics) -> None:
    """A look-up that this resource waited for; a listing that was there already took it no time."""
    if this.memory.waiting:
        namespace, name = this.key
        metrics.ref_resolve_duration.labels(name, namespace).observe(answer.took)
    this.memory.waiting = False


def _commit(this: Pass, answer: Answer, shown: str) -> str:
    if answer.listing is None:
        raise answer.error or GitServerError(f"{shown}: the look-up brought nothing")
    asked = this.annotation(names.REQUESTED_REF)
    named_by = f"the annotation {names.REQUESTED_REF}" if asked else "spec.git.ref"
    return pick(answer.listing, this.ref, shown=shown, named_by=named_by).commit


def _succeed(this: Pass, commit: str) -> None:
    memory = this.memory
    memory.need, memory.error = None, None
    memory.look_ups.reset()
    memory.good = Good(commit, this.ref, this.url)


def _fail(memory: Memory, error: StokerError) -> None:
    memory.need, memory.error = None, error
    memory.look_ups.failed(error, trio.current_time())


def _url(spec: Spec | None) -> str:
    """The repository as agents get to see it; empty when it cannot be shown to them."""
    try:
        return published_url(spec.git.repo, spec.auth_type) if spec is not None else ""
    except StokerError:
        return ""


def _last_good(this: Pass) -> None:
    """The commit known so far, for the steps that go on meanwhile; an error stays said until a look-up succeeds."""
    good = this.memory.good
    this.commit = good.commit or this.resource.status.last_sync_commit
    this.resolve_error = this.memory.error
    this.resolved = bool(good.commit) and this.memory.error is None and (good.ref, good.url) == (this.ref, this.url)
