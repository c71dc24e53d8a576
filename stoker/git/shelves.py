"""The shelves of all repositories below one folder, named by digest so that no URL is kept on disk.

A repository that nobody asks for any more leaves its stores behind: a resource was removed, or names another. What has not
been asked for in three hours (an agent asks every hour at least) is removed, also what an earlier process left; a paused
resource's is fetched anew when it goes on.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
from typing import TYPE_CHECKING, Final

import trio

from stoker.git.shelf import Shelf
from stoker.values import Mutable, field

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.git.urls import Place

UNUSED_SECONDS: Final = 3 * 3600.0
_NAME: Final = re.compile(r"[0-9a-f]{24}")


class Held(Mutable):
    """One repository's shelf; ``lock`` for whoever changes it, ``asked_at`` in Trio seconds."""

    shelf: Shelf
    lock: trio.Lock = field(default_factory=trio.Lock)
    asked_at: float = 0.0


class Shelves:
    """By URL."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._held: dict[str, Held] = {}
        self._looked_at: float | None = None

    def of(self, where: Place) -> Held:
        """The shelf of a repository, there or not yet."""
        name = hashlib.sha256(where.url.encode()).hexdigest()[:24]
        return self._held.setdefault(where.url, Held(Shelf(self._root / name)))

    def ask(self, where: Place) -> Held:
        """The same, for somebody who needs it; now and then what nobody needs goes."""
        held, now = self.of(where), trio.current_time()
        held.asked_at = now
        if self._looked_at is None:
            self._looked_at = now
        elif now - self._looked_at > UNUSED_SECONDS:
            self._looked_at = now
            self._remove_unused(now)
        return held

    def all(self) -> list[Shelf]:
        """Those that this process knows."""
        return [held.shelf for held in self._held.values()]

    def _remove_unused(self, now: float) -> None:
        self._held = {url: held for url, held in self._held.items() if _is_used(held, now)}
        used = {held.shelf.folder.name for held in self._held.values()}
        with contextlib.suppress(OSError):  # a folder that cannot be read is the next fetch's error
            for folder in self._root.iterdir():
                if _NAME.fullmatch(folder.name) and folder.name not in used:
                    shutil.rmtree(folder, ignore_errors=True)


def _is_used(held: Held, now: float) -> bool:
    return now - held.asked_at <= UNUSED_SECONDS or held.lock.locked() or held.shelf.is_read
