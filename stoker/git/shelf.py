"""One repository's stores on disk over time: which is the newest, who reads which, and what may go.

A store is a folder ``N.git``; a new one is filled as ``N.fresh`` and renamed, which is the one moment that counts: a crash
before leaves the old store, a crash after the new one, and the next start sweeps the rest. A store that somebody reads is
never moved or removed, because libgit2 opens a pack by its path when it first needs it. One process owns the folder.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import weakref
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STORE = ".git"
FRESH = ".fresh"
UNDER_WAY = "under-way"
LIFE = os.urandom(8).hex()
"""Of this process: in a container each has the same number."""


class Standing(NamedTuple):
    """What is remembered between fetches. ``suspect``: a reader found the store broken. ``fruitless``: the last commit that was
    looked for in vain, and the tips in whose history it is not."""

    suspect: bool = False
    fruitless: tuple[str, frozenset[str]] | None = None


class Shelf:
    """The stores of one repository below ``folder``. Safe to use from several threads."""

    def __init__(self, folder: Path, standing: Standing = Standing()) -> None:  # noqa: B008 - immutable
        self.folder = folder
        self.standing = standing
        self.choosing = threading.Lock()
        """Held while the newest store is chosen and leased, so that it is not swept in between."""
        self._readers: dict[Path, weakref.WeakSet[object]] = {}

    def newest(self) -> Path | None:
        """The store that serves; None before the first fetch."""
        return max(self._numbered(STORE), key=_number, default=None)

    def begin(self) -> Path:
        """An empty folder for the store that comes next."""
        newest = self.newest()
        fresh = self.folder / f"{_number(newest) + 1 if newest else 1}{FRESH}"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        return fresh

    def publish(self, fresh: Path) -> Path:
        """From now on ``fresh`` serves."""
        return fresh.rename(fresh.with_suffix(STORE))

    @contextlib.contextmanager
    def under_way(self) -> Iterator[None]:
        """While libgit2 speaks to a server: whoever finds the mark later knows that a process died of it, or in it."""
        mark = self.folder / UNDER_WAY
        with contextlib.suppress(OSError):  # a disk that is full is the fetch's error
            mark.write_text(LIFE)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                mark.unlink()

    @property
    def died_fetching(self) -> bool:
        """Whether an earlier process did not end its fetch. One of this process that was given up and hangs is no death."""
        try:
            return (self.folder / UNDER_WAY).read_text() != LIFE
        except OSError:
            return False

    def lease(self, reader: object, store: Path) -> None:
        """``store`` stays until ``reader`` is gone. Call it while holding ``choosing``."""
        self._readers.setdefault(store, weakref.WeakSet()).add(reader)

    @property
    def is_read(self) -> bool:
        """Whether somebody reads a store of it."""
        return any(self._readers.values())

    def sweep(self) -> None:
        """Removes the stores that are neither newest nor read, and what a crash left behind."""
        with self.choosing:
            newest = self.newest()
            going = [store for store in self._numbered(STORE) if store != newest and not self._readers.get(store)]
        for folder in [*going, *self._numbered(FRESH)]:
            shutil.rmtree(folder, ignore_errors=True)
            self._readers.pop(folder, None)

    def _numbered(self, suffix: str) -> list[Path]:
        try:
            return [path for path in self.folder.iterdir() if path.suffix == suffix and path.stem.isdecimal()]
        except (FileNotFoundError, NotADirectoryError):
            return []


def _number(store: Path) -> int:
    return int(store.stem)
