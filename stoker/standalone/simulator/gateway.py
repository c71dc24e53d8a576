"""The simulated gateway put together: life, keys, locks, scans and routes over one data directory.

``app`` is a plain ASGI function; ``background`` lives the gateway's life and does its scans; ``run`` serves the one beside
the other. A test on a virtual clock uses the first two with ``inline``, and no socket.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import trio

from stoker.standalone.simulator.clock import WallClock
from stoker.standalone.simulator.keys import Keyring
from stoker.standalone.simulator.knobs import KINDS, Kind, Knobs
from stoker.standalone.simulator.life import Life
from stoker.standalone.simulator.locks import ScanLocks
from stoker.standalone.simulator.record import Record
from stoker.standalone.simulator.routes import Routes
from stoker.standalone.simulator.scans import Scans
from stoker.standalone.simulator.serving import Serving
from stoker.web.serve import serve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DRAIN_SECONDS = 1.0


@dataclass
class SimulatedGateway(Knobs):
    """All knobs are attributes; what it saw is in ``record``. "Down" is a gateway that nobody runs."""

    def __post_init__(self) -> None:
        self.record = Record()
        clock = WallClock()
        self._keys = Keyring(self)
        self._life = Life(self)
        self.locks = ScanLocks(clock)
        self._scans = Scans(self, self.locks, clock, self.record, on_scanned=self._scanned)
        routes = Routes(self, life=self._life, keys=self._keys, locks=self.locks, scans=self._scans, record=self.record)
        self.app = Serving(self, routes, self.record)

    @property
    def half_written(self) -> list[str]:
        """Resources that a scan met half-written: to be empty at the end of every test."""
        return self.record.half_written

    @property
    def rewritten(self) -> list[str]:
        """The resource.json that the gateway rewrote because of their signature."""
        return self.record.rewritten

    @property
    def scans(self) -> list[str]:
        """The kinds whose scan was asked for, in order."""
        return self.record.scans

    def restart(self) -> None:
        """As if the gateway's process ended and began anew: ``starting``, and nobody holds a lock."""
        for kind in KINDS:
            self.locks.release(kind)
        self._life.restart()

    def finish_commissioning(self) -> None:
        """As if somebody finished it in a browser."""
        self._life.finish_commissioning()

    async def background(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Live and scan until cancelled; started when the files of its start are there."""
        self._life.make_files()
        self._keys.load()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._life.run)
            nursery.start_soon(self._scans.run)
            task_status.started()

    async def run(
        self,
        bind: str,
        *,
        stopping: trio.Event,
        on_bound: Callable[[list[str]], None] | None = None,
        tls: tuple[Path, Path] | None = None,
        task_status: trio.TaskStatus[list[str]] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Serve on ``bind`` until ``stopping``; started with the bound URLs. ``tls``: certificate and key, for https."""
        context = None
        if tls is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(*tls)
        async with trio.open_nursery() as nursery:
            await nursery.start(self.background)
            await serve(
                self.app,
                bind=bind,
                stopping=stopping,
                graceful=DRAIN_SECONDS,
                on_bound=on_bound,
                tls=context,
                task_status=task_status,
            )
            nursery.cancel_scope.cancel()

    def _scanned(self, kind: Kind) -> None:
        if kind == "config":
            self._keys.load()
