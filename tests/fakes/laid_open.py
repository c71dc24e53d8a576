"""A process laid open: a test moves its wall clock and counts its tasks. ``python -m tests.fakes.laid_open FOLDER ARGUMENT…``
is ``stoker ARGUMENT…`` otherwise.

``FOLDER/clock`` holds the seconds by which its clock is off; whoever writes there moves it at once, as an administrator or NTP
does. Nothing but what Python's ``time`` and ``datetime`` tell moves: the monotonic clocks do not, as they do not in the kernel
either, and neither does what OpenSSL thinks of certificates. A library to be preloaded would need a compiler.
``FOLDER/tasks`` holds how many tasks its loop has.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import gc
import mmap
import runpy
import struct
import sys
import time
from functools import partial
from pathlib import Path

import trio

_SECONDS = struct.Struct("d")
_COUNT = struct.Struct("q")
CLOCK = "clock"
TASKS = "tasks"


def lay_out(folder: Path) -> None:
    """The files, before the process starts: its clock is right."""
    (folder / CLOCK).write_bytes(_SECONDS.pack(0.0))
    (folder / TASKS).write_bytes(_COUNT.pack(0))


def set_clock(folder: Path, seconds: float) -> None:
    """From now on the clock of that process is off by so much."""
    with (folder / CLOCK).open("r+b") as file:
        file.write(_SECONDS.pack(seconds))


def tasks_of(folder: Path) -> int:
    """How many tasks that process has now, Trio's own among them."""
    return int(_COUNT.unpack((folder / TASKS).read_bytes())[0])


class _Tasks(trio.abc.Instrument):
    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._cell = mmap.mmap(file.fileno(), _COUNT.size)
        self._living = 0

    def task_spawned(self, task: trio.lowlevel.Task) -> None:
        del task
        self._note(+1)

    def task_exited(self, task: trio.lowlevel.Task) -> None:
        del task
        self._note(-1)

    def _note(self, change: int) -> None:
        self._living += change
        _COUNT.pack_into(self._cell, 0, self._living)


def install(folder: Path) -> None:
    """Before anything else is imported that keeps the names of time."""
    with (folder / CLOCK).open("rb") as file:
        offset = mmap.mmap(file.fileno(), _SECONDS.size, access=mmap.ACCESS_READ)
    real = time.time

    def now() -> float:
        return float(real() + _SECONDS.unpack_from(offset)[0])

    time.time = now
    time.time_ns = lambda: int(now() * 1e9)
    # The class itself must stay, because libraries in C know it and no subclass; a class of C hides its methods from a setattr.
    methods = gc.get_referents(dt.datetime.__dict__)[0]
    methods["now"] = classmethod(lambda cls, tz=None: cls.fromtimestamp(now(), tz))
    methods["utcnow"] = classmethod(lambda cls: cls.fromtimestamp(now(), dt.UTC).replace(tzinfo=None))
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(dt.datetime))
    setattr(trio, "run", partial(trio.run, instruments=[_Tasks(folder / TASKS)]))  # noqa: B010 - its type is too exact


if __name__ == "__main__":
    install(Path(sys.argv.pop(1)))
    runpy.run_module("stoker", run_name="__main__", alter_sys=True)
