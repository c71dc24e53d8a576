"""Folders: which a merge must make, which it leaves empty, and which stand where a file belongs.

A change of type is the one case in which something must go before something can come, so its deletions are early ones.
What may not be deleted and is in the way is an error of the plan, found before anything is written.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from stoker.errors import PlanInvalid
from stoker.sync import paths

if TYPE_CHECKING:
    from stoker.sync.difference import Difference


def clear_the_way(difference: Difference) -> list[tuple[str, int]]:
    """Mark the deletions that must come first; returns the folders that must go, deepest first, with their mode.

    Raises PlanInvalid for what is in the way and may not be deleted.
    """
    clears: list[str] = []
    for path in difference.standing:
        _clear_folder(difference, path, clears)
    if any(state == "other" for state in difference.states.values()):
        for path in difference.puts:
            for folder in paths.ancestors(path):
                if difference.states.get(folder) == "other":
                    _take_away(difference, folder, f"the folder of {path!r}")
    return _with_modes(difference, sorted(clears, key=_depth, reverse=True))


def folders_to_make(difference: Difference) -> list[str]:
    """The missing folders above everything that is put, outermost first."""
    missing: set[str] = set()
    for path in difference.puts:
        folder = path.rpartition("/")[0]
        while folder and folder not in missing and difference.states[folder] != "folder":
            missing.add(folder)
            folder = folder.rpartition("/")[0]
    return sorted(missing)


def empties_left(difference: Difference) -> list[tuple[str, int]]:
    """Folders that the deletions may leave empty, deepest first, with their mode; never one that is wanted."""
    wanted = difference.wanted
    stays = {above for at in wanted.destinations for above in [at, *paths.ancestors(at)]}
    candidates: set[str] = set()
    for step in difference.deletes.values():
        folder = paths.parent(step.path)
        while folder and folder not in candidates and folder not in wanted.folders and folder not in stays:
            candidates.add(folder)
            folder = paths.parent(folder)
    cleared = tuple(path + "/" for path in difference.standing)
    left = [folder for folder in candidates if not (folder + "/").startswith(cleared)]
    return _with_modes(difference, sorted(left, key=_depth, reverse=True))


def _with_modes(difference: Difference, folders: list[str]) -> list[tuple[str, int]]:
    found = [(folder, difference.live.look(folder)) for folder in folders]
    return [(folder, stat.S_IMODE(state.st_mode)) for folder, state in found if state is not None]


def _clear_folder(difference: Difference, path: str, clears: list[str]) -> None:
    """The live folder `path` must become a file: everything in it must be deletable."""
    waiting = [path]
    while waiting:
        folder = waiting.pop()
        clears.append(folder)
        with os.scandir(difference.live.base + folder) as entries:
            for entry in entries:
                below = f"{folder}/{entry.name}"
                if difference.excluder(below) or entry.is_symlink():
                    kind = "a symbolic link" if entry.is_symlink() else "excluded"
                    raise PlanInvalid(
                        f"{path!r} must become a file, but the folder there holds {below!r}, which is {kind} and never "
                        "removed: move it away, or exclude the folder"
                    )
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(below)
                else:
                    _take_away(difference, below, repr(path))


def _take_away(difference: Difference, path: str, wants: str) -> None:
    """Delete `path` early, if a sync may delete it at all."""
    step = difference.deletes.get(path)
    if step is None and path in difference.left:
        difference.delete_stray(path)
        step = difference.deletes.get(path)
    if step is None:
        raise PlanInvalid(
            f"{path!r} in the data directory is in the way of {wants} and is not managed here: move it away, or map "
            "its folder"
        )
    step.early = True


def _depth(folder: str) -> tuple[int, str]:
    return folder.count("/"), folder
