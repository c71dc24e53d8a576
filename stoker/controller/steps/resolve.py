"""Ref to commit: when a look-up is owed, and what its answer means.

A look-up is owed when the tokens differ from the last pass (a new generation or any request), when a failed one is due
again, or when polling says so. Tokens are compared, never cleared, so that one that arrives while another is being handled
is owed a look-up that begins after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from stoker.api import names
from stoker.api.times import parse_go_duration
from stoker.controller.outcome import Tokens
from stoker.errors import StokerError
from stoker.git.listing import is_full_hash, pick
from stoker.git.urls import place
from stoker.nursery.backoff import Backoff

if TYPE_CHECKING:
    from stoker.controller.lookups import Answer, Lookups
    from stoker.controller.metrics import ControllerMetrics
    from stoker.controller.outcome import Memory, Pass

FAILURES = Backoff((30.0, 60.0, 120.0, 240.0, 300.0), jitter=0.0)
DEFAULT_INTERVAL = 60.0


def effective_ref(this: Pass) -> str:
    """``requested-ref`` while it stands, else the spec's."""
    wanted = this.annotation(names.REQUESTED_REF)
    return wanted or (this.spec.git.ref if this.spec else "")


def interval(this: Pass) -> float | None:
    """Seconds between polls, None when polling is off."""
    if this.spec is None or not this.spec.polling.enabled:
        return None
    return parse_go_duration(this.spec.polling.interval or "60s")


def resolve(this: Pass, lookups: Lookups, metrics: ControllerMetrics) -> None:
    """Fills ``ref``, ``commit``, ``resolved``, ``pending``, ``resolve_error``; never waits."""
    memory = this.memory
    this.ref = effective_ref(this)
    _note_tokens(this, memory)
    if this.spec is None or this.paused:
        _last_good(this)
        return
    if this.credentials is None:
        _fail(this, memory, this.resolve_error)
        return
    try:
        _look_up(this, lookups, metrics)
    except StokerError as error:
        _fail(this, memory, error)


def next_delay(this: Pass) -> float | None:
    """Seconds until this resource must be looked at again; None: only when something changes."""
    now = trio.current_time()
    if this.pending or this.paused:
        return None
    if this.memory.error is not None:
        return max(0.0, this.memory.retry_at - now)
    every = interval(this)
    if every is None or is_full_hash(this.ref):
        return None
    return max(0.0, this.memory.checked_at + every - now)


def _note_tokens(this: Pass, memory: Memory) -> None:
    annotations = this.resource.metadata.annotations
    tokens = Tokens(
        this.resource.metadata.generation,
        annotations.get(names.REQUESTED_REF, ""),
        annotations.get(names.REQUESTED_AT, ""),
        annotations.get(names.PUSHED_AT, ""),
    )
    if tokens != memory.tokens:
        memory.tokens, memory.owed_after = tokens, trio.current_time()
        memory.failures, memory.error = 0, None


def _look_up(this: Pass, lookups: Lookups, metrics: ControllerMetrics) -> None:
    spec, memory = this.spec, this.memory
    if spec is None or this.credentials is None:
        return
    where = place(spec.git.repo)
    if is_full_hash(this.ref):
        memory.checked_at = trio.current_time()
        _succeed(this, memory, this.ref.lower())
        return
    after = _owed_after(this, memory)
    if after is None:
        _last_good(this)
        return
    memory.owed_after = after
    answer = lookups.ask(this.key, spec.git.repo, this.ref, this.credentials, after=after)
    if answer is None:
        this.pending = True
        _last_good(this)
        return
    memory.checked_at = answer.began
    name, namespace = this.resource.metadata.name, this.resource.metadata.namespace
    metrics.ref_resolve_duration.labels(name, namespace).observe(answer.took)
    _succeed(this, memory, _commit(answer, this.ref, where.shown))


def _commit(answer: Answer, ref: str, shown: str) -> str:
    if answer.listing is None:
        raise answer.error or StokerError(f"{shown}: the look-up brought nothing")
    return pick(answer.listing, ref, shown=shown).commit


def _owed_after(this: Pass, memory: Memory) -> float | None:
    """The time at or after which a look-up that serves must have begun; None when none is owed."""
    if memory.owed_after is not None:
        return memory.owed_after
    now = trio.current_time()
    if memory.error is not None:
        return memory.retry_at if now >= memory.retry_at else None
    every = interval(this)
    due = every is not None and now - memory.checked_at >= every
    return now - (every or 0.0) if due else None


def _succeed(this: Pass, memory: Memory, commit: str) -> None:
    memory.owed_after, memory.error, memory.failures = None, None, 0
    memory.commit, memory.commit_ref = commit, this.ref
    this.commit, this.resolved = commit, True


def _fail(this: Pass, memory: Memory, error: StokerError | None) -> None:
    now = trio.current_time()
    if error is not None and (memory.owed_after is not None or memory.error is None or now >= memory.retry_at):
        memory.failures += 1
        memory.error, memory.owed_after = error, None
        memory.retry_at = now + (error.retry_after or FAILURES.delay(memory.failures))
    _last_good(this)


def _last_good(this: Pass) -> None:
    """The commit known so far, for the steps that go on meanwhile; an error stays said until a look-up succeeds."""
    memory, status = this.memory, this.resource.status
    this.commit = memory.commit or status.last_sync_commit
    this.resolve_error = memory.error
    this.resolved = bool(memory.commit) and memory.error is None and memory.commit_ref == this.ref
