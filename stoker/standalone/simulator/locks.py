"""The gateway's scan locks: its own guard against reading what somebody is still writing.

One lock a kind. It is had at once, or after waiting for a scan of that kind that is reading; held by another actor it is
refused at once. It ends with the next POST of that scan, or by itself. Whoever scans by themselves must wait for it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import trio

from stoker.standalone.simulator.knobs import KINDS, Kind
from stoker.values import Mutable

if TYPE_CHECKING:
    from stoker.standalone.simulator.clock import WallClock


class LockRequest(NamedTuple):
    """Whole seconds."""

    acquire: int
    hold: int


class Lock(Mutable):
    """Who has it, until when on Trio's clock."""

    actor: str
    until: float


class Busy:
    """A kind's reader: ``idle`` while no scan reads. The lock waits for it, and it for the lock."""

    def __init__(self) -> None:
        self.idle = trio.Event()
        self.idle.set()

    def __enter__(self) -> None:
        self.idle = trio.Event()

    def __exit__(self, *_: object) -> None:
        self.idle.set()


class ScanLocks:
    """The locks of both kinds."""

    def __init__(self, clock: WallClock) -> None:
        self.reading: dict[Kind, Busy] = {kind: Busy() for kind in KINDS}
        self._clock = clock
        self._held: dict[Kind, Lock] = {}
        self._changed: dict[Kind, trio.Event] = {kind: trio.Event() for kind in KINDS}

    def held(self, kind: Kind) -> Lock | None:
        """Who holds it now."""
        lock = self._held.get(kind)
        if lock is not None and lock.until <= trio.current_time():
            self.release(kind)
            return None
        return lock

    def release(self, kind: Kind) -> None:
        """Nobody holds it any more."""
        self._held.pop(kind, None)
        self._changed[kind].set()
        self._changed[kind] = trio.Event()

    async def acquire(self, kind: Kind, actor: str, wanted: LockRequest) -> Literal[200, 408, 409]:
        """200 had, 409 another actor holds it, 408 a scan went on reading for all of ``wanted.acquire``."""
        if self._is_anothers(kind, actor):
            return 409
        with trio.move_on_after(wanted.acquire):
            while not self.reading[kind].idle.is_set():
                await self.reading[kind].idle.wait()
        if not self.reading[kind].idle.is_set():
            return 408
        if self._is_anothers(kind, actor):
            return 409
        self.release(kind)
        self._held[kind] = Lock(actor, trio.current_time() + wanted.hold)
        return 200

    def _is_anothers(self, kind: Kind, actor: str) -> bool:
        lock = self.held(kind)
        return lock is not None and lock.actor != actor

    async def wait_until_free(self, kind: Kind) -> None:
        """Returns while nobody holds it."""
        while (lock := self.held(kind)) is not None:
            with trio.move_on_at(lock.until):
                await self._changed[kind].wait()

    def describe(self, kind: Kind) -> dict[str, Any] | None:
        """The lock as the API shows it; None while it is free."""
        lock = self.held(kind)
        if lock is None:
            return None
        remaining = max(1, round(lock.until - trio.current_time()))
        return {"timestamp": self._clock.milliseconds(), "remaining": remaining, "actor": lock.actor}


def lock_request(body: bytes) -> LockRequest | None:
    """What was asked for; None for a body that is not ``{"acquireTimeout": s, "holdTimeout": s}`` in whole seconds."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    acquire, hold = value.get("acquireTimeout"), value.get("holdTimeout")
    if type(acquire) is not int or type(hold) is not int or acquire < 0 or hold < 1:
        return None
    return LockRequest(acquire, hold)
