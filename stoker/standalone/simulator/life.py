"""The gateway's life: seeded, started, commissioned, running; and the files that each of these makes or overwrites."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

import trio

from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.standalone.simulator.knobs import Knobs, State

SEEDED: Final = ".ignition-seed-complete"
OWN_FOLDERS: Final = ("var", "db", "metricsdb", "jar-cache", "certificates", "autobackup", "config/local", "projects")
OWN_FILES: Final = {
    "gateway.xml": b"<?xml version='1.0'?><properties/>\n",
    "redundancy.xml": b"<?xml version='1.0'?><properties/>\n",
    "modules.json": b"{}\n",
    ".container-init.conf": b"\n",
    "db/config.idb": b"SQLite format 3\0",
    "metricsdb/metrics.idb": b"SQLite format 3\0",
    "valueStore.idb": b"SQLite format 3\0",
    "config/local/identity.json": b"{}\n",
    "var/ignition/gateway.log": b"",
}


class Life:
    """``restart`` begins it anew; ``run`` lives it."""

    def __init__(self, knobs: Knobs) -> None:
        self._knobs = knobs
        self._finished = trio.Event()
        self._scope = trio.CancelScope()
        self._left: dict[str, bytes] = {}
        self._log = get_logger("simulator")

    async def run(self) -> None:
        """Begin from ``state``, go through what comes after it, and again after each restart; until cancelled."""
        while True:
            with trio.CancelScope() as self._scope:
                self.make_files()
                await self._grow_up()
                await trio.sleep_forever()

    def restart(self) -> None:
        """As if the process ended and began: ``starting``."""
        self._go("starting")
        self._scope.cancel()

    def finish_commissioning(self) -> None:
        """Somebody finished it in a browser: its files are written, and the gateway runs."""
        for path, content in self._knobs.commissioning_writes.items():
            _write(self._knobs.data / path, content)
        if self._knobs.commissioning_drops_permission:
            self._left = dict(self._knobs.commissioning_writes)
        self._knobs.needs_commissioning = False
        self._go("running")
        self._finished.set()

    def lost_permission(self) -> bool:
        """Whether the files are still as commissioning left them, when that costs the key its permission."""
        return bool(self._left) and all(_has(self._knobs.data / path, content) for path, content in self._left.items())

    def make_files(self) -> None:
        """What the container's init step and then the gateway's start leave in the data directory."""
        data, seed = self._knobs.data, self._knobs.seed
        if seed is not None and not (data / SEEDED).exists():
            for path, content in seed.items():
                _write(data / path, content)
            _write(data / SEEDED, b"")
        if not self._knobs.makes_own_files:
            return
        for folder in OWN_FOLDERS:
            (data / folder).mkdir(parents=True, exist_ok=True)
        for path, content in {".uuid": f"{uuid.uuid4()}\n".encode(), **OWN_FILES}.items():
            if not (data / path).exists():
                _write(data / path, content)

    async def _grow_up(self) -> None:
        knobs = self._knobs
        if knobs.state == "starting":
            await trio.sleep(float("inf") if knobs.start_seconds is None else knobs.start_seconds)
            if knobs.state == "starting":
                self._go("commissioning" if knobs.needs_commissioning else "running")
        if knobs.state == "commissioning":
            self._finished = trio.Event()
            with trio.move_on_after(float("inf") if knobs.commission_seconds is None else knobs.commission_seconds):
                await self._finished.wait()
            if not self._finished.is_set():
                self.finish_commissioning()

    def _go(self, state: State) -> None:
        self._knobs.state = state
        self._log.info("gateway_state", state=state)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _has(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except OSError:
        return False
