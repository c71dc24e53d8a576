"""A poll that finds what was there before: noted, and no pass made of it.

Most of what a controller of a large fleet does is to find that nothing has changed. A pass reads Secrets, encodes a status
and compares it; that a ref still means the same commit needs none of it. So when nothing but the time calls for a resource,
all its steps went well and the last pass is not long ago, only the listing is looked at. So it is with a push, which asks
for a fresh listing and nothing else. Anything else asks for a pass: other news of a watch, another commit, a failure, an app
whose token wants renewing, and every five minutes what no watch tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import trio

from stoker.controller.lookups import Need
from stoker.controller.retries import TOLERANCE
from stoker.controller.steps.resolve import interval
from stoker.errors import StokerError
from stoker.git.credentials import Credentials
from stoker.git.listing import is_full_hash, pick
from stoker.values import Value

if TYPE_CHECKING:
    from stoker.controller.lookups import Lookups
    from stoker.controller.metrics import ControllerMetrics
    from stoker.controller.outcome import Memory, Pass, Tokens

FULL_SECONDS: Final = 300.0
"""At most between two passes of a resource that is polled: Secrets can only be read, not watched."""


class Polled(Value, frozen=True):
    """What the last pass looked up, when nothing was amiss with it; ``since``: its time in Trio seconds."""

    url: str
    ref: str
    credentials: Credentials
    every: float
    since: float


class Quiet(Value, frozen=True):
    """No pass is needed; ``delay``: seconds until the next look, None while one waits for its answer."""

    delay: float | None


def of_pass(this: Pass) -> Polled | None:
    """What may be polled without another pass; None when the next one must be whole."""
    spec, memory = this.spec, this.memory
    if spec is None or this.credentials is None or this.paused or not spec.polling.enabled or is_full_hash(this.ref):
        return None
    calm = this.resolved and not this.pending and not this.failures and memory.need is None and memory.error is None
    if not calm or this.renewal is not None:
        return None
    return Polled(this.url, this.ref, this.credentials, interval(spec), trio.current_time())


def heard(memory: Memory, tokens: Tokens, turn: int) -> bool:
    """Notes the look-up that a push asks for; False when the ``tokens``, first seen at ``turn``, ask for more than that.

    A credential is read anew for a push: it may have been rotated, or taken away, and its Secret cannot be watched.
    """
    if tokens == memory.tokens:
        return True
    if memory.polled is None or memory.polled.credentials != Credentials.none():
        return False
    if tokens != memory.tokens._replace(pushed_at=tokens.pushed_at):
        return False
    memory.tokens, memory.need = tokens, Need(turn)
    return True


def look(key: tuple[str, str], memory: Memory, lookups: Lookups, metrics: ControllerMetrics) -> Quiet | None:
    """One look when only the time or a push calls; None: make a pass."""
    polled, now = memory.polled, trio.current_time()
    if polled is None or now - polled.since >= FULL_SECONDS - TOLERANCE:
        return None
    if memory.need is None:
        left = memory.checked_at + polled.every - now
        if left > TOLERANCE:
            return Quiet(left)
        memory.need = Need(lookups.turn(), age=polled.every)
    answer = lookups.ask(key, polled.url, polled.ref, polled.credentials, memory.need)
    if answer is None:
        memory.waiting = True
        return Quiet(None)
    try:
        same = answer.listing is not None and pick(answer.listing, polled.ref, shown="").commit == memory.good.commit
    except StokerError:
        same = False
    if not same:
        return None  # the answer stays in the group and serves the pass
    if memory.waiting:
        metrics.ref_resolve_duration.labels(key[1], key[0]).observe(answer.took)
    memory.need, memory.waiting = None, False
    memory.failed_turn, memory.checked_at = answer.turn, answer.began
    return Quiet(max(0.0, answer.began + polled.every - now))
