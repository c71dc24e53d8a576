"""Which mount a path below the data directory is on: rename and link fail between two mounts of one file system.

`st_dev` cannot tell (a bind mount has its source's), so the kernel's own table is read once a sync. Every mount that
takes part gets a staging folder of its own at its top.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stoker.sync import paths
from stoker.sync.protection import STAGING

if TYPE_CHECKING:
    from collections.abc import Iterable

_TABLE = "/proc/self/mountinfo"
_OCTAL = re.compile(r"\\([0-7]{3})")


class Mounts:
    """The mount tops in and below a data directory, as paths relative to it: index 0 is always "" itself."""

    def __init__(self, tops: Iterable[str], *, known: bool = True) -> None:
        """`known`: does `tops` come from the kernel, and not from its absence?"""
        self.tops = ("", *sorted(top for top in tops if top))
        self.known = known

    @classmethod
    def read(cls, root: str) -> Mounts:
        """From the kernel's table; `root` absolute and free of symlinks. Without /proc there is one mount.

        A rename that crosses an unseen border fails with EXDEV before anything live is changed.
        """
        try:
            with open(_TABLE, encoding="utf-8", errors="surrogateescape") as table:
                points = [_OCTAL.sub(_octal, line.split(" ", 5)[4]) for line in table]
        except OSError:
            return cls((), known=False)
        prefix = root.rstrip("/") + "/"
        return cls({point.removeprefix(prefix) for point in points if point.startswith(prefix)} - {""})

    def index(self, path: str) -> int:
        """Which of `tops` holds `path`: the deepest that it is within."""
        if len(self.tops) == 1:
            return 0
        return max(
            (number for number, top in enumerate(self.tops) if paths.within(path, top)),
            key=lambda number: len(self.tops[number]),
        )


def staging_folder(top: str) -> str:
    """The staging folder of the mount with this top, relative to the data directory."""
    return f"{top}/{STAGING}" if top else STAGING


def _octal(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 8))
