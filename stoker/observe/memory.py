"""What a process does to stay small: as an agent it lives beside a gateway and is counted in its pod's limits.

glibc gives every thread an arena of its own and keeps what was freed in it; a first sync of 15,000 files leaves megabytes
there that nobody uses again. Other manners are asked for through ``mallopt`` and ``malloc_trim``. The pages of program files that
only the start touched stay mapped, a dozen megabytes, until the machine runs short of memory; they are let go as well, and
what is needed again comes back from the page cache. Python's own collector is told what need not be looked at again. Where
the C library or the kernel has none of these (musl, macOS) nothing happens.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import mmap
import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_M_ARENA_MAX = -8
_ARENAS = 1


def settle_in(*, young: int | None = None) -> None:
    """Once, when everything is loaded and before any thread is started.

    ``young``: how many objects more are made than are gone until the collector looks at the new ones, where that is not Python's
    700. What work leaves behind is mostly no cycle, and looking for some after every handful of answers is time.

    One arena serves all threads, which allocate little without the interpreter's own lock. With two, what a first sync leaves in
    each is scattered twice: 1.5 MB more, and no less CPU.
    """
    gc.freeze()
    if young is not None:
        gc.set_threshold(young, *gc.get_threshold()[1:])
    mallopt = getattr(_libc(), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """For imports of a large part. What is loaded is never garbage, so the collector neither comes by meanwhile, which was 15 ms
    of a start, nor looks at it later: walked by each full collection it was a tenth of a first sync. Whatever else lives when
    this ends is never collected as a cycle either."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def give_back() -> None:
    """Return what is free to the system; blocking, some milliseconds. For after work that was large and is over."""
    gc.collect()
    libc = _libc()
    malloc_trim = getattr(libc, "malloc_trim", None)
    if malloc_trim is not None:
        malloc_trim(0)
    _let_go(libc)


def _let_go(libc: ctypes.CDLL) -> None:
    """Unmap the pages, not the mapping, of what was mapped from files and never written to."""
    advice = getattr(mmap, "MADV_DONTNEED", None)
    try:
        with open("/proc/self/smaps", encoding="utf-8", errors="replace") as smaps:
            regions = list(untouched(smaps))
    except OSError:
        return
    if advice is not None:
        for start, end in regions:
            libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), advice)


def untouched(smaps: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Start and end of the regions of ``/proc/self/smaps`` that hold nothing but pages of a file that cannot be written to
    here: privately mapped, not writable, and without a page of their own (relocations leave some, which must stay)."""
    region: tuple[int, int] | None = None
    for line in smaps:
        words = line.split()
        if not words[0].endswith(":"):
            private = words[1][1] == "-" and words[1][3] == "p" and words[4] != "0"
            start, end = (int(part, 16) for part in words[0].split("-"))
            region = (start, end) if private else None
        elif words[0] == "Anonymous:" and words[1] == "0" and region is not None:
            yield region


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


def load_http() -> None:
    """What httpx sends by, without HTTP/2, which no client here speaks: a megabyte and 10 ms of a start without web servers."""
    with hidden("h2"):
        import_module("httpcore")


@contextlib.contextmanager
def stood_in(module: str, **parts: object) -> Iterator[None]:
    """While it lasts, ``import`` of a module that is not loaded yet gives one with nothing in it but ``parts``, for
    libraries that import it and use it in parts that nobody here calls."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = ModuleType(module)
    vars(sys.modules[module]).update(parts)
    try:
        yield
    finally:
        del sys.modules[module]


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)
