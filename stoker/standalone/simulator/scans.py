"""The gateway's scans: asked for and done later, one at a time a kind, and by the gateway itself when it has that habit.

A scan that is asked for while one reads is done after it: what was written meanwhile may have been missed by the first.
A scan that was asked for releases the scan lock; a scan of the gateway's own waits until nobody holds it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import trio

from stoker.observe.logs import get_logger
from stoker.standalone.simulator.knobs import KINDS, Kind, Knobs
from stoker.standalone.simulator.resources import Seen, Tree
from stoker.values import Mutable, field

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.standalone.simulator.clock import WallClock
    from stoker.standalone.simulator.locks import ScanLocks
    from stoker.standalone.simulator.record import Record


class _Desk(Mutable):
    """One kind's work: asked for or not, when the ends of its scans show, and what its tree looked like."""

    tree: Tree
    asked: bool = False
    active: bool = False
    wake: trio.Event = field(default_factory=trio.Event)
    shown: tuple[int, int] = (0, 0)
    to_show: list[tuple[float, int, int]] = field(default_factory=list)


class Scans:
    """Both kinds. ``on_scanned(kind)`` is called after each."""

    def __init__(
        self, knobs: Knobs, locks: ScanLocks, clock: WallClock, record: Record, *, on_scanned: Callable[[Kind], None]
    ) -> None:
        self._knobs = knobs
        self._locks = locks
        self._clock = clock
        self._record = record
        self._on_scanned = on_scanned
        self._desks: dict[Kind, _Desk] = {kind: _Desk(Tree(knobs.data, kind)) for kind in KINDS}
        self._log = get_logger("simulator")

    def request(self, kind: Kind) -> None:
        """Ask for a scan; it is done by ``run``."""
        self._locks.release(kind)
        self._record.scans.append(kind)
        desk = self._desks[kind]
        desk.asked = True
        desk.wake.set()

    def status(self, kind: Kind) -> dict[str, Any]:
        """The object that both POST and GET answer."""
        desk = self._desks[kind]
        while desk.to_show and desk.to_show[0][0] <= trio.current_time():
            _, stamp, duration = desk.to_show.pop(0)
            desk.shown = (stamp, duration)
        stamp, duration = desk.shown
        active = desk.asked or desk.active
        return {"scanActive": active, "lastScanTimestamp": stamp, "lastScanDuration": duration}

    async def run(self) -> None:
        """Work off what is asked for, and the own scans, until cancelled."""
        async with trio.open_nursery() as nursery:
            for kind in KINDS:
                nursery.start_soon(self._asked, kind)
            nursery.start_soon(self._own)

    async def _asked(self, kind: Kind) -> None:
        desk = self._desks[kind]
        while True:
            await desk.wake.wait()
            desk.wake = trio.Event()
            await trio.sleep(self._knobs.scan_delay)
            await self._turn(kind)
            desk.asked = False
            await self._scan(kind)

    async def _own(self) -> None:
        while True:
            every = self._knobs.own_scan_every
            await trio.sleep(1.0 if every is None else every)
            if every is None:
                continue
            for kind in KINDS:
                await self._turn(kind)
                self._record.own_scans.append(kind)
                await self._scan(kind)

    async def _turn(self, kind: Kind) -> None:
        """Returns when nobody holds the lock and nothing reads, and without a checkpoint after that was seen."""
        while True:
            await self._locks.wait_until_free(kind)
            idle = self._locks.reading[kind].idle
            if idle.is_set():
                return
            await idle.wait()

    async def _scan(self, kind: Kind) -> None:
        """To be entered right after ``_turn``."""
        desk = self._desks[kind]
        with self._locks.reading[kind]:
            desk.active = True
            began = trio.current_time()
            try:
                seen = await self._look(desk.tree)
                await trio.sleep(self._knobs.scan_seconds)
            finally:
                desk.active = False
        ended = self._clock.milliseconds()
        duration = round((trio.current_time() - began) * 1000)
        desk.to_show.append((trio.current_time() + self._knobs.timestamp_lag, ended, duration))
        self._note(kind, seen)
        self._on_scanned(kind)

    async def _look(self, tree: Tree) -> Seen:
        look = partial(tree.scan, self._clock.milliseconds(), own_folders=self._knobs.makes_own_files)
        if self._knobs.inline:
            await trio.lowlevel.checkpoint()
            return look()
        return await trio.to_thread.run_sync(look)

    def _note(self, kind: Kind, seen: Seen) -> None:
        self._record.half_written += seen.half_written
        self._record.mixed += seen.mixed
        self._record.rewritten += seen.rewritten
        self._record.unwritable += seen.unwritable
        for what in seen.half_written:
            self._log.error("half_written_seen", kind=kind, resource=what)
        for what in seen.mixed:
            self._log.warning("mixed_seen", kind=kind, resource=what)
        for what in seen.unwritable:
            self._log.error("not_writable", kind=kind, path=what)
        self._log.info("scan_done", kind=kind, resources=seen.resources, rewritten=len(seen.rewritten))
