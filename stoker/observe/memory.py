"""What a process does to stay small: as an agent it lives beside a gateway and is counted in its pod's limits.

glibc gives every thread an arena of its own and keeps what was freed in it; a first sync of 15,000 files leaves megabytes
there that nobody uses again. Both are asked for through ``mallopt`` and ``malloc_trim``; where the C library has neither
(musl, macOS) nothing happens. Python's own collector is told what need not be looked at again.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_M_ARENA_MAX = -8
_ARENAS = 2


def settle_in() -> None:
    """Once, when everything is loaded and before any thread is started.

    Two arenas serve an event loop and its one worker. What is loaded is never garbage: frozen, it need not be walked by
    each full collection, which was a tenth of a first sync.
    """
    gc.freeze()
    mallopt = getattr(_libc(), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Return what is free to the system; blocking, some milliseconds. For after work that was large and is over."""
    gc.collect()
    malloc_trim = getattr(_libc(), "malloc_trim", None)
    if malloc_trim is not None:
        malloc_trim(0)


@contextlib.contextmanager
def hidden(module: str) -> Iterator[None]:
    """While it lasts, ``import`` of a module that is not loaded yet fails, for libraries that take it if it is there."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)
