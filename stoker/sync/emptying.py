"""Emptying a folder of ours, whatever is in it: without following, without recursion, and with two descriptors open.

A tree in ours is a graft that did not go live, or somebody who wants to see how deep we go. So folders in
folders are moved up beside their own, where they are emptied in their turn.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from stoker.sync.files import Spot

if TYPE_CHECKING:
    from stoker.sync.files import Files

_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def empty(files: Files, top: int, path: str) -> None:
    """Remove all that is in the open folder `top`, which `path` names in messages. Raises OSError."""
    waiting = _sweep(files, top, path)
    taken, moved = set(waiting), 0
    while waiting:
        name = waiting.pop()
        at = f"{path}/{name}"
        below = os.open(name, _FLAGS, dir_fd=top)
        try:
            for inner in _sweep(files, below, at):
                while (up := f"moved up {moved}") in taken:  # one that was killed left some
                    moved += 1
                taken.add(up)
                files.rename(Spot(below, inner, f"{at}/{inner}"), Spot(top, up, f"{path}/{up}"))
                waiting.append(up)
        finally:
            os.close(below)
        files.rmdir(Spot(top, name, at))


def _sweep(files: Files, fd: int, path: str) -> list[str]:
    """Remove what is no folder; the names of those that are."""
    with os.scandir(fd) as entries:
        found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    for name, is_folder in found:
        if not is_folder:
            files.unlink(Spot(fd, name, f"{path}/{name}"))
    return [name for name, is_folder in found if is_folder]
