"""Somebody who swaps a folder for a link to their own, at a moment of their choice, while a sync is under way.

Stands at the engine's port for changes, so that every moment between two changes is one to choose. Behind the link is a twin
of the folder: whatever is done by name, and through it, succeeds and can be seen.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from typing import TYPE_CHECKING, TypeVar

from stoker.sync.files import Files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

T = TypeVar("T")


class Racer(Files):
    """Swaps ``folder`` of ``data`` for a link before change number ``at``, and back before the ``lasting``-th from there.

    ``harm``: what was done to the twin behind the link.
    """

    def __init__(self, data: Path, outside: Path, folder: str, at: int, lasting: int = 10_000) -> None:
        super().__init__()
        self.harm: list[str] = []
        self._until = at + lasting
        self.calls = 0
        self._before: dict[str, tuple[int, int, int]] = {}
        self.swapped = False
        self._place, self._twin, self._moved = data / folder, outside / "twin", data.parent / "moved"
        self._at = at

    def call(self, op: str, path: str, do: Callable[[], T]) -> T:
        """One change, perhaps just after a swap."""
        self.calls += 1
        if self.calls == self._at:
            self._swap()
        if self.calls == self._until:
            self.restore()
        return super().call(op, path, do)

    def _swap(self) -> None:
        self.swapped = True
        if self._place.is_dir():
            shutil.copytree(self._place, self._twin, dirs_exist_ok=True)
            self._place.rename(self._moved)
        elif not self._place.parent.is_dir():
            return
        self._before = _everything(self._twin)
        os.symlink(self._twin, self._place)

    def restore(self) -> None:
        """The link goes, the folder comes back."""
        if self._place.is_symlink():
            now = _everything(self._twin)
            self.harm += [path for path in {**now, **self._before} if now.get(path) != self._before.get(path)]
            self._place.unlink()
        if self._moved.exists():
            self._moved.rename(self._place)
        shutil.rmtree(self._twin, ignore_errors=True)


@contextlib.contextmanager
def swapping(place: Path, twin: Path, moved: Path) -> Iterator[None]:
    """A process of its own that swaps a folder for a link and back as fast as it can; it is put back at the end."""
    child = os.fork()
    if child == 0:
        while True:
            with contextlib.suppress(OSError):
                os.rename(place, moved)
                os.symlink(twin, place)
                os.unlink(place)
                os.rename(moved, place)
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        if place.is_symlink():
            place.unlink()
        if moved.exists():
            shutil.rmtree(place, ignore_errors=True)  # made anew by a sync that found nothing there
            moved.rename(place)


def _everything(root: Path) -> dict[str, tuple[int, int, int]]:
    """Inode, mode and time of change of all below; a look through it changes none."""
    found = {}
    for path in sorted(root.rglob("*")):
        state = os.lstat(path)
        found[str(path)] = (state.st_ino, state.st_mode, state.st_ctime_ns)
    return found
