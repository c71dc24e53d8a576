"""Large new folders, staged in the shape they shall have: each goes live by one rename, with all that is in it.

Where nothing is live nothing can be half replaced, so what a rename a file buys elsewhere costs only time here: a third of a
first sync's merge. Should something stand there after all when the merge comes by, or was the merge killed, the files are
put one by one from where they were staged, as any others. Small folders are not worth a second way.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from stoker.sync.paths import parent

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.sync.journal import Journal, Put

GRAFT_FROM: Final = 50
"""Files below a new folder from which on it is grafted."""


class Graft(NamedTuple):
    """A missing live `folder` whose parent is there; staged as `g{number}` on `mount`, with everything below it."""

    folder: str
    number: int
    mount: int

    def staged(self, path: str) -> str:
        """Where `path`, the folder itself or something below it, is staged."""
        return f"g{self.number}{path[len(self.folder) :]}"


def choose(journal: Journal, alike: Callable[[int, str], bool], graft_from: int) -> list[Graft]:
    """The grafts of a journal whose steps are complete.

    alike(mount, folder): does what is made in that mount's staging inherit what it would in live `folder`?
    """
    tops: dict[str, str] = {}
    for folder in journal.folders:
        tops[folder] = tops.get(parent(folder), folder)
    mounts: dict[str, set[int]] = {}
    files = Counter[str]()
    for put in journal.puts:
        top = tops.get(parent(put.path))
        if top is not None:
            files[top] += 1
            mounts.setdefault(top, set()).add(put.mount)
    found: list[Graft] = []
    for top, count in files.items():
        mount = min(mounts[top])
        if count >= graft_from and len(mounts[top]) == 1 and alike(mount, parent(top)):
            found.append(Graft(top, len(found), mount))
    return found


def by_folder(journal: Journal) -> dict[str, Graft]:
    """Every folder that comes with a graft, outermost first."""
    tops = {graft.folder: graft for graft in journal.grafts}
    found: dict[str, Graft] = {}
    for folder in journal.folders if tops else ():
        graft = tops.get(folder) or found.get(parent(folder))
        if graft is not None:
            found[folder] = graft
    return found


def staged_name(put: Put, grafted: dict[str, Graft]) -> str:
    """Where in its mount's staging folder a new file lies; `grafted`: as `by_folder` tells."""
    graft = grafted.get(parent(put.path)) if grafted else None
    return f"n{put.number}" if graft is None else graft.staged(put.path)
