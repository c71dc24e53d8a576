"""Seeded faults for the in-memory object store: what a real API server and network do on bad days."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import trio

from stoker.errors import ClusterUnreachable, Conflict, StokerError, TooManyRequests, WatchExpired


@dataclass
class Faults:
    """Probabilities from 0 to 1 for each call; the same seed gives the same faults."""

    seed: int = 0
    conflict: float = 0.0
    lost: float = 0.0
    throttled: float = 0.0
    stall: float = 0.0
    stall_seconds: float = 5.0
    expired: float = 0.0
    watch_lost: float = 0.0
    watch_ended: float = 0.0
    injected: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    async def before_call(self, verb: str) -> None:
        """Perhaps stalls, perhaps raises, before anything was done."""
        if self._hit(self.stall, f"stall {verb}"):
            await trio.sleep(self.stall_seconds)
        self._maybe(self.lost, f"lost {verb}", ClusterUnreachable("the connection broke (seeded fault)"))
        self._maybe(self.throttled, f"429 {verb}", TooManyRequests("too many requests (seeded fault)", retry_after=1))
        if verb == "patch":
            self._maybe(self.conflict, "conflict", Conflict("the object changed meanwhile (seeded fault)"))
        if verb == "watch":
            self._maybe(self.expired, "410", WatchExpired("too old resource version (seeded fault)"))

    def after_write(self, verb: str) -> None:
        """Perhaps loses the answer of a write that took effect."""
        self._maybe(self.lost, f"lost answer {verb}", ClusterUnreachable("the answer was lost (seeded fault)"))

    def ends_watch(self) -> bool:
        """Before each event: perhaps the watch breaks or expires (raised), or ends in good order (True)."""
        self._maybe(self.expired, "410", WatchExpired("too old resource version (seeded fault)"))
        self._maybe(self.watch_lost, "watch lost", ClusterUnreachable("the watch broke (seeded fault)"))
        return self._hit(self.watch_ended, "watch ended")

    def _hit(self, probability: float, name: str) -> bool:
        if probability and self._random.random() < probability:
            self.injected.append(name)
            return True
        return False

    def _maybe(self, probability: float, name: str, error: StokerError) -> None:
        if self._hit(probability, name):
            raise error
