"""What of other people's work a sync overwrote or deleted: `{data}/.stoker/kept/{time}-{commit}/{path}`.

Each merge that keeps something has a folder of its own. Older ones are pruned to a limit, oldest first; what the newest
merge kept is never pruned by that merge, whatever its size.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from stoker.sync.files import Files
    from stoker.sync.places import Places

ROOT = ".stoker/kept"
_DEEP = 4000
KEEP_LIMIT = 64 * 1024 * 1024


def kept_name(now: datetime, commit: str, transaction: str) -> str:
    """The folder of one merge; names sort by time."""
    return f"{now:%Y%m%dT%H%M%SZ}-{commit[:12]}-{transaction[:4]}"


def make_room(files: Files, places: Places, folder: str) -> None:
    """Make `folder` below the data directory, with everything above it that is missing."""
    made = ""
    for name in folder.split("/"):
        made = f"{made}/{name}" if made else name
        if not places.is_directory(made):
            files.mkdir(places.spot(made), 0o700)


def drop_empty(files: Files, places: Places, name: str) -> None:
    """Remove the folder of an undone merge, where nothing is left in it. Raises OSError."""
    if places.is_directory(f"{ROOT}/{name}"):
        _remove_empty(files, places, f"{ROOT}/{name}")
        places.forget()


def prune(files: Files, places: Places, newest: Collection[str], limit: int) -> None:
    """Remove the oldest files of all merges but those of `newest` until these hold at most `limit` bytes. Raises OSError."""
    if not places.is_directory(ROOT):
        return
    found_there = sorted(os.listdir(f"{places.root}/{ROOT}"))
    names = [name for name in found_there if name not in newest and places.is_directory(f"{ROOT}/{name}")]
    found = [
        (name, path, os.lstat(path).st_size) for name in names for path in _files_in(f"{places.root}/{ROOT}/{name}")
    ]
    total = sum(size for _, _, size in found)
    thinned = set()
    for name, path, size in found:
        if total <= limit:
            break
        files.unlink(places.spot(os.path.relpath(path, places.root)))
        total -= size
        thinned.add(name)
    for name in thinned:
        _remove_empty(files, places, f"{ROOT}/{name}")
    places.forget()


def _files_in(folder: str) -> list[str]:
    return [os.path.join(above, name) for above, names in _walk(folder) for name in names]


def _walk(folder: str) -> list[tuple[str, list[str]]]:
    """Each folder with the names of what in it is none, those above first. What is too deep to be named is left out.

    No recursion: whoever may write here may make a folder deeper than that goes.
    """
    found, waiting = [], [folder]
    while waiting:
        above = waiting.pop()
        names: list[str] = []
        below: list[str] = []
        with contextlib.suppress(OSError), os.scandir(above) as entries:
            for entry in entries:
                (below if entry.is_dir(follow_symlinks=False) else names).append(entry.name)
        found.append((above, sorted(names)))
        waiting.extend(f"{above}/{name}" for name in below)
    return found


def _remove_empty(files: Files, places: Places, folder: str) -> None:
    """Remove `folder` and those below it, deepest first, as far as they hold no file."""
    for above, _ in reversed(_walk(f"{places.root}/{folder}")):
        if len(above) < _DEEP and not os.listdir(above):
            files.rmdir(places.spot(os.path.relpath(above, places.root)))
